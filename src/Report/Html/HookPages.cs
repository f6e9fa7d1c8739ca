using System.Collections.Immutable;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

/// <summary>Writes the reference map: who is registered at every hook of the host.</summary>
internal sealed class HookPages(HtmlWriter html, Registered registered)
{
    /// <summary>Writes a run's page.</summary>
    public void Write(ShownRun run, bool several)
    {
        var model = registered.Of(run.Host);
        var kernel = run.Hooks;
        var id = $"{run.Prefix}hooks";
        html.Add($"<section class=\"page\" id=\"{id}\" aria-labelledby=\"{id}/h\">\n");
        if (several)
            html.Add($"<p class=\"kind\">{run.Run.Name}</p>\n");
        html.Add($"<h1 id=\"{id}/h\" tabindex=\"-1\">Hooks of this host</h1>\n");
        html.Add($"<p>Every function that is registered at a hook of Netfilter, in the order in which it runs: the smaller priority first. A chain is a hook point; a function of the kernel acts, and no rule can stand there.</p>\n");
        if (kernel.IsEmpty)
            html.Add($"<p>The order is the model's for this host. What the kernel itself says (<code>nft list hooks</code>) was not recorded.</p>\n");
        else
            html.Add($"<p>Each hook has two tables: the model's order for this host, and what the kernel itself said (<code>nft list hooks</code>) while the lab was up, with the run's own chains and other programs'.</p>\n");
        var crossed = run.Scenarios.SelectMany(scenario => scenario.Legs).SelectMany(leg => (leg.Trail?.Hops ?? []).Select(hop => hop.Point).Distinct())
            .CountBy(point => point).ToDictionary(one => one.Key, one => one.Value);
        var hooks = model.Concat(kernel).Select(one => (one.Family, one.Hook)).Distinct()
            .OrderBy(one => Families.IndexOf(one.Family)).ThenBy(one => Order.IndexOf(one.Hook));
        var family = "";
        foreach (var hook in hooks)
        {
            if (hook.Family != family)
                html.Add($"<h2 id=\"{id}/{Names.Slug(hook.Family)}\">{NameOf(family = hook.Family)}</h2>\n");
            html.Add($"<h3>{hook.Hook}</h3>\n<div class=\"hook\">\n");
            Table($"{hook.Family} {hook.Hook}: the model", At(model), one => LegSection.Count(one.Points.Sum(point => crossed.GetValueOrDefault(point)), "leg"), "crossed by");
            Table($"{hook.Family} {hook.Hook}: the kernel", At(kernel), Owner, "whose");
            html.Add($"</div>\n");

            ImmutableArray<Registration> At(ImmutableArray<Registration> all) =>
                [.. all.Where(one => one.Family == hook.Family && one.Hook == hook.Hook)];
        }
        html.Add($"</section>\n");
    }

    private static readonly ImmutableArray<string> Families = ["netdev", "bridge", "arp", "ip", "ip6", "inet"];

    private static readonly ImmutableArray<string> Order =
        ["ingress", "brouting", "prerouting", "input", "forward", "output", "postrouting", "egress"];

    private static string NameOf(string family) => family switch
    {
        "bridge" => "Bridge (ebtables)",
        "ip" => "IPv4 (iptables)",
        "ip6" => "IPv6 (ip6tables)",
        "arp" => "ARP (arptables)",
        "netdev" => "Devices (netdev)",
        _ => family,
    };

    private static string Owner(Registration one) =>
        one.What.Contains("hooktrail", StringComparison.OrdinalIgnoreCase) ? "this run's"
        : one.Module is { } module ? $"kernel, {module}"
        : one.Points.IsEmpty ? "kernel or other" : "tools";

    private void Table(string caption, ImmutableArray<Registration> rows, Func<Registration, string> last, string lastName)
    {
        if (rows.IsEmpty)
            return;
        html.Add($"<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\"><table class=\"registrations\"><caption>{caption}</caption>");
        html.Add($"<thead><tr><th scope=\"col\">priority</th><th scope=\"col\">who</th><th scope=\"col\">hook points</th><th scope=\"col\">{lastName}</th></tr></thead><tbody>\n");
        foreach (var one in rows)
        {
            html.Add($"<tr><td class=\"n\">{one.Priority}</td><th scope=\"row\">{one.What}");
            if (one.Device is { } device)
                html.Add($" <small>at {device}</small>");
            html.Add($"</th><td>");
            foreach (var (index, point) in one.Points.Index())
            {
                if (index > 0)
                    html.Add($"<br>");
                LegSection.Point(html, point);
            }
            html.Add($"</td><td>{(lastName == "crossed by" && one.Points.IsEmpty ? "" : last(one))}</td></tr>\n");
        }
        html.Add($"</tbody></table></div>\n");
    }
}
