using Hooktrail.Trails.Accounts;

namespace Hooktrail.Report.Html;

/// <summary>Writes the reference map: the registrations at every hook of the host.</summary>
internal sealed class HookPages(HtmlWriter html, Registered registered)
{
    public void Write(ShownRun run, bool several)
    {
        var model = registered.Of(run.Host);
        var kernel = run.Hooks;
        var id = $"{run.Prefix}hooks";
        html.Add($"<section class=\"page\" id=\"{id}\" aria-labelledby=\"{id}/h\">\n");
        if (several)
            html.Add($"<p class=\"kind\">{run.Run.Name}</p>\n");
        html.Add($"<h1 id=\"{id}/h\" tabindex=\"-1\">Hooks of this host</h1>\n");
        html.Add(
            $"<p>The functions registered at each netfilter hook, in the order in which they run: the lowest priority number first. A chain is a hook point; a kernel function acts by itself and holds no rules.</p>\n");
        if (kernel.IsEmpty)
            html.Add(
                $"<p>The order is the model's for this host. The kernel's own list (<code>nft list hooks</code>) was not recorded.</p>\n");
        else
            html.Add(
                $"<p>Each hook has two tables: the model's order for this host, and the kernel's own list (<code>nft list hooks</code>) while the lab was up, including the chains of this run and of other programs.</p>\n");
        var crossed = run.Scenarios.SelectMany(scenario => scenario.Legs)
            .SelectMany(leg => (leg.Trail?.Hops ?? []).Select(hop => hop.Point).Distinct())
            .CountBy(point => point).ToDictionary(one => one.Key, one => one.Value);
        var hooks = model.Concat(kernel).Select(one => (one.Family, one.Hook)).Distinct()
            .OrderBy(one => Families.IndexOf(one.Family)).ThenBy(one => Order.IndexOf(one.Hook));
        foreach (var family in hooks.GroupBy(hook => hook.Family))
        {
            html.Add($"<h2 id=\"{id}/{Names.Slug(family.Key)}\">{NameOf(family.Key)}</h2>\n<div class=\"family\">\n");
            foreach (var hook in family)
            {
                html.Add($"<div><h3>{hook.Hook}</h3>\n");
                Table(
                    kernel.IsEmpty ? $"{hook.Family} {hook.Hook}" : $"{hook.Family} {hook.Hook}: the model",
                    At(model, hook),
                    "crossed by",
                    Crossed);
                Table($"{hook.Family} {hook.Hook}: the kernel", At(kernel, hook), "whose", Owner);
                html.Add($"</div>\n");
            }
            html.Add($"</div>\n");
        }
        html.Add($"</section>\n");

        string Crossed(Registration one) =>
            one.Points.IsEmpty
                ? ""
                : LegSection.Count(one.Points.Sum(point => crossed.GetValueOrDefault(point)), "leg");

        static ImmutableArray<Registration> At(ImmutableArray<Registration> all, (string Family, string Hook) hook) =>
            [.. all.Where(one => one.Family == hook.Family && one.Hook == hook.Hook)];
    }

    private static readonly ImmutableArray<string> Families = ["netdev", "bridge", "arp", "ip", "ip6", "inet"];

    private static readonly ImmutableArray<string> Order =
        ["ingress", "brouting", "prerouting", "input", "forward", "output", "postrouting", "egress"];

    /// <summary>The ends of the range get a name: no chain chose those numbers.</summary>
    public static string Priority(int priority) => priority switch
    {
        int.MinValue => "first",
        int.MaxValue => "last",
        _ => priority.ToString(CultureInfo.InvariantCulture),
    };

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

    private void Table(
        string caption, ImmutableArray<Registration> rows, string lastName, Func<Registration, string> last)
    {
        if (rows.IsEmpty)
            return;
        html.Add(
            $"<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"{caption}\"><table class=\"registrations\"><caption>{caption}</caption>");
        html.Add(
            $"<thead><tr><th scope=\"col\" class=\"n\">priority</th><th scope=\"col\">who</th><th scope=\"col\">{lastName}</th></tr></thead><tbody>\n");
        foreach (var one in rows)
        {
            html.Add($"<tr><td class=\"n\">{Priority(one.Priority)}</td><th scope=\"row\">");
            // A chain is its own hook point; the NAT core calls other chains.
            if (one.Points is [var only] && only.ToString() == one.What)
                LegSection.Point(html, only);
            else
            {
                html.Add($"{one.What}");
                foreach (var (index, point) in one.Points.Index())
                {
                    html.Add($"{(index == 0 ? " asks " : ", ")}");
                    LegSection.Point(html, point);
                }
            }
            if (one.Device is { } device)
                html.Add($" <small>at {device}</small>");
            html.Add($"</th><td>{last(one)}</td></tr>\n");
        }
        html.Add($"</tbody></table></div>\n");
    }
}
