using Hooktrail.Model;
using Hooktrail.Model.Netfilter;

namespace Hooktrail.Tests.RandomRules;

/// <summary>How many packets of a flow each rule of some chains matches, and how many more it may match.</summary>
internal static class Expected
{
    /// <param name="profile">The host.</param>
    /// <param name="flow">What is sent.</param>
    /// <param name="called">The chain that is called at a hook point.</param>
    public static Dictionary<(ChainId Chain, int At), (int Yes, int Maybe)> Of(
        HostProfile profile, Flow flow, Func<HookPoint, ChainId> called)
    {
        var counts = new Dictionary<(ChainId, int), (int Yes, int Maybe)>();
        var host = new Host(profile, one => one.Points is not [var point] ? one : one with
        {
            Function = (Packet packet, in HookState state) =>
            {
                var chain = called(point);
                var rules = profile.Rules.Find(chain)?.Rules ?? [];
                for (var at = 0; at < rules.Length; at++)
                {
                    var (yes, maybe) = counts.GetValueOrDefault((chain, at));
                    counts[(chain, at)] = Matching.Of(rules[at], packet, in state) switch
                    {
                        Truth.Yes => (yes + 1, maybe),
                        Truth.Unknown => (yes, maybe + 1),
                        _ => (yes, maybe),
                    };
                }

                return one.Function(packet, in state);
            },
        });
        foreach (var _ in new Exchange(flow, new ConnectionTable(new Choices(unites: true))).Run(host, 1))
        {
        }

        return counts;
    }
}
