'use strict';
(function () {
  var root = document.documentElement;
  var $ = function (selector, within) { return Array.from((within || document).querySelectorAll(selector)); };
  var byId = function (id) { return document.getElementById(id); };
  var status = byId('status');
  var say = function (text) { status.textContent = text; };

  // One page at a time: the one that the address names, or that holds what it names.
  var first = true, home = document.querySelector('.page').id;
  function show() {
    var id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch (e) { /* as it stands */ }
    var target = byId(id || home) || byId(home);
    var page = target.closest('.page');
    if (!page) { target.focus(); return; }
    var turned = !page.classList.contains('current');
    $('.page.current').forEach(function (other) { if (other !== page) other.classList.remove('current'); });
    page.classList.add('current');
    $('.hops tr[id] > td:first-child', page).forEach(function (cell) {
      if (cell.firstElementChild) return;
      var link = document.createElement('a');
      link.href = '#' + cell.parentNode.id;
      link.textContent = cell.textContent.trim();
      cell.replaceChildren(link);
    });
    $('.leg > .picture', page).forEach(furnish);
    for (var up = target; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
    // Who follows a link to a scenario or to a leg wants to see its trails.
    if (target.matches('article.scenario')) $('details.trails', target).forEach(function (one) { one.open = true; });
    $('.target').forEach(function (old) { old.classList.remove('target'); });
    var heading = page.querySelector('h1');
    if (target !== page) { target.classList.add('target'); target.scrollIntoView(); }
    else window.scrollTo(0, 0);
    if (!first || id) {
      var focus = target === page ? heading : target;
      if (focus) { if (!focus.hasAttribute('tabindex') && !focus.matches('a,button,input,select,summary')) focus.tabIndex = -1; focus.focus({ preventScroll: true }); }
    }
    if (turned && heading && !first) say(heading.textContent);
    document.title = heading && page.id !== home ? heading.textContent + ' – Hooktrail' : 'Hooktrail';
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

  // Light and dark: as the system says, unless the reader chose otherwise.
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
  // What a scenario crosses is what its tables of hops say; asked of each only once.
  var crossed = new Map();
  function points(of) {
    if (!crossed.has(of)) crossed.set(of, $('tr[data-point]:not(.predicted)', of).map(function (row) { return row.dataset.point; }));
    return crossed.get(of);
  }
  var filters = {
    endpoint: function (of, value) { return of.dataset.endpoints.split(' ').includes(value); },
    hook: function (of, value) { return points(of).includes(value); },
    table: function (of, value) { return points(of).some(function (point) { return point.startsWith(value + ' '); }); },
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
  // A report of only a comparison has nothing to search.
  if (query) {
    query.addEventListener('input', search);
    $('#search select').forEach(function (one) { one.addEventListener('change', search); });
    document.querySelector('#search form').addEventListener('submit', function (event) { event.preventDefault(); search(); });
  }

  // A picture: play it step by step, enlarge it, and say on hover why a hook point stayed silent. Made when its page is first shown.
  function furnish(figure) {
    if (figure.dataset.ready) return;
    figure.dataset.ready = '1';
    var leg = figure.closest('.leg'), svg = figure.querySelector('svg'), lit = $('.lit', svg);
    var rows = $('tr[data-point]:not(.predicted)', leg), at = 0, timer = 0;
    var bar = document.createElement('p'), where = document.createElement('span');
    bar.className = 'controls';
    where.setAttribute('role', 'status');
    // Step 0 is the whole picture at rest.
    function step(to) {
      at = to < 0 ? lit.length : to > lit.length ? 0 : to;
      lit.forEach(function (one, index) { one.classList.toggle('later', at > 0 && index >= at); one.classList.toggle('now', index === at - 1); });
      $('.ht-path', svg).forEach(function (path) { path.style.strokeDasharray = at && at < lit.length ? at / lit.length + ' 1' : ''; });
      $('.ht-arrow,.ht-nat,.ht-label,.ht-bad,.other,.ht-other', svg).forEach(function (one) { one.classList.toggle('later', at > 0 && at < lit.length); });
      rows.forEach(function (row, index) { row.classList.toggle('step', index === at - 1); });
      where.textContent = at ? at + ' of ' + lit.length + ': ' + lit[at - 1].dataset.point : '';
    }
    function stop() { clearInterval(timer); timer = 0; play.textContent = 'Play'; }
    var play = button('Play', function () {
      if (timer) { stop(); return; }
      step(1);
      play.textContent = 'Stop';
      timer = setInterval(function () { if (at >= lit.length) stop(); else step(at + 1); }, 800);
    });
    play.className = 'play';
    var back = button('Back', function () { stop(); step(at - 1); }), next = button('Step', function () { stop(); step(at + 1); });
    next.className = 'next';
    if (lit.length) bar.append(play, back, next);
    if ($('.leg', leg.parentNode).length > 1) {
      var large = button('Enlarge', function () { large.textContent = leg.classList.toggle('large') ? 'Beside' : 'Enlarge'; });
      large.className = 'enlarge';
      bar.append(large);
    }
    bar.append(where);
    figure.append(bar);

    var svgns = 'http://www.w3.org/2000/svg', reasons = {}, layer = document.createElementNS(svgns, 'g');
    $('.silent li[data-points]', leg).forEach(function (one) { one.dataset.points.split(';').forEach(function (point) { reasons[point] = one.firstChild.textContent; }); });
    layer.setAttribute('class', 'silences');
    byId(figure.dataset.map).parentNode.dataset.areas.split(';').forEach(function (area) {
      var part = area.split(','), place = part.splice(-4), point = part.join(',');
      if (!reasons[point]) return;
      var rect = document.createElementNS(svgns, 'rect'), title = document.createElementNS(svgns, 'title');
      ['x', 'y', 'width', 'height'].forEach(function (name, index) { rect.setAttribute(name, place[index]); });
      rect.dataset.silent = point;
      title.textContent = point + ': ' + reasons[point];
      rect.append(title);
      layer.append(rect);
    });
    svg.append(layer);
  }

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
