'use strict';
(function () {
  var root = document.documentElement;
  var $ = function (selector, within) { return Array.from((within || document).querySelectorAll(selector)); };
  var byId = function (id) { return document.getElementById(id); };
  var status = byId('status');
  var say = function (text) { status.textContent = text; };

  // One page at a time: the one that the address names, or that holds what it names.
  var first = true;
  function show() {
    var id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch (e) { /* as it stands */ }
    var target = byId(id || 'front') || byId('front');
    var page = target.closest('.page');
    if (!page) { target.focus(); return; }
    var turned = !page.classList.contains('current');
    $('.page.current').forEach(function (other) { if (other !== page) other.classList.remove('current'); });
    page.classList.add('current');
    for (var up = target; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
    // Who follows a link to a scenario or to a leg wants to see its trails.
    if (target.matches('article.scenario')) $('details.trails', target).forEach(function (one) { one.open = true; });
    $('.target').forEach(function (old) { old.classList.remove('target'); });
    var heading = page.querySelector('h1');
    if (target !== page) { target.classList.add('target'); target.scrollIntoView(); }
    else if (turned || !first) window.scrollTo(0, 0);
    if (!first || id) {
      var focus = target === page ? heading : target;
      if (focus) { if (!focus.hasAttribute('tabindex') && !focus.matches('a,button,input,select,summary')) focus.tabIndex = -1; focus.focus({ preventScroll: true }); }
    }
    if (turned && heading && !first) say(heading.textContent);
    document.title = heading && page.id !== 'front' ? heading.textContent + ' – Hooktrail' : 'Hooktrail';
    $('header.top nav a').forEach(function (link) {
      var here = link.hash.slice(1);
      var of = here === 'features' ? page.hasAttribute('data-feature') : page.id === here || (here === 'guide' && page.classList.contains('guide'));
      if (of) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
    });
    first = false;
  }
  window.addEventListener('hashchange', show);
  // A link to where one is already does not change the address.
  document.addEventListener('click', function (event) {
    var link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) { event.preventDefault(); show(); }
  });

  // Light and dark: what the system says, unless somebody says otherwise.
  var header = document.querySelector('header.top');
  function button(text, act) {
    var made = document.createElement('button');
    made.type = 'button';
    made.textContent = text;
    made.addEventListener('click', act);
    return made;
  }
  var dark = function () { return root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches; };
  var theme = button('', function () {
    root.dataset.theme = dark() ? 'light' : 'dark';
    try { localStorage.setItem('hooktrail-theme', root.dataset.theme); } catch (e) { /* a file may have no storage */ }
    name();
  });
  theme.id = 'theme';
  function name() { theme.textContent = dark() ? 'Light' : 'Dark'; theme.setAttribute('aria-label', dark() ? 'Light colours' : 'Dark colours'); }
  name();
  header.appendChild(theme);

  // Folding all of a page.
  $('.page[data-feature], .page[data-journey]').forEach(function (page) {
    var trails = $('details.trails', page);
    if (trails.length < 2) return;
    var fold = button('Unfold all trails', function () {
      var open = trails.some(function (one) { return !one.open; });
      trails.forEach(function (one) { one.open = open; });
      fold.textContent = open ? 'Fold all trails' : 'Unfold all trails';
    });
    fold.className = 'fold';
    page.querySelector('h1').after(fold);
  });

  // Search: every word must be somewhere in the scenario, and every filter must hold.
  var query = byId('query'), hits = $('#hits > li'), texts = null;
  var filters = {
    endpoint: function (of, value) { return of.dataset.endpoints.split(' ').includes(value); },
    hook: function (of, value) { return of.dataset.points.split(';').includes(value); },
    table: function (of, value) { return of.dataset.tables.split(';').includes(value); },
    tag: function (of, value) { return of.dataset.tags.split(' ').includes(value); },
    result: function (of, value) { return of.dataset.result === value; }
  };
  function search() {
    texts = texts || hits.map(function (hit) {
      var of = byId(hit.dataset.of), page = of.closest('.page');
      return (hit.textContent + ' ' + (page.dataset.feature || '') + ' ' + of.dataset.tags + ' ' + of.textContent).toLowerCase();
    });
    var words = query.value.toLowerCase().split(/\s+/).filter(Boolean), found = 0;
    hits.forEach(function (hit, index) {
      var of = byId(hit.dataset.of);
      var held = words.every(function (word) { return texts[index].includes(word); })
        && Object.keys(filters).every(function (key) { var value = byId('filter-' + key).value; return !value || filters[key](of, value); });
      hit.hidden = !held;
      if (held) found++;
    });
    byId('count').textContent = found + (found === 1 ? ' scenario' : ' scenarios') + (found < hits.length ? ' of ' + hits.length : '');
  }
  query.addEventListener('input', search);
  $('#search select').forEach(function (one) { one.addEventListener('change', search); });
  document.querySelector('#search form').addEventListener('submit', function (event) { event.preventDefault(); search(); });

  // A page prints as it is shown; everything prints on request.
  var print = button('Print everything', function () {
    root.classList.add('everything');
    window.print();
  });
  window.addEventListener('afterprint', function () { root.classList.remove('everything'); });
  print.className = 'print';
  document.querySelector('footer').appendChild(print);

  show();
}());
