using Hooktrail.Labs;
using Hooktrail.Namespaces;

namespace Hooktrail.Tests.RandomRules;

/// <summary>Sends every flow, and compares what was read of each rule with what the kernel counted of it.</summary>
internal static class RealCounts
{
    /// <param name="lab">A lab with the rules.</param>
    /// <param name="profile">What was read of it.</param>
    /// <param name="called">The chain with the rules that is called at a hook point.</param>
    /// <param name="read">Each rule with what it matches of a flow, from what each rule that was read matches.</param>
    /// <param name="count">Reads the kernel's counters.</param>
    public static async Task AreAsReadAsync<TKey>(
        NamespaceLab lab, HostProfile profile, Func<HookPoint, ChainId> called,
        Func<IReadOnlyDictionary<(ChainId Chain, int At), (int Yes, int Maybe)>, IEnumerable<ReadRule<TKey>>> read,
        Func<Task<IReadOnlyDictionary<TKey, long>>> count)
    {
        var (differences, unknown, compared) = (new List<string>(), new List<string>(), 0);
        var before = await count();
        foreach (var flow in LabFlows.All)
        {
            var rules = read(Expected.Of(profile, flow, called));
            await lab.SendAsync(flow, Sending.Once with { Patience = TimeSpan.FromMilliseconds(300) });
            var after = await count();
            foreach (var rule in rules)
            {
                compared++;
                if (rule.Maybe > 0)
                    unknown.Add(rule.Text);
                if (rule.Difference(after[rule.Key] - before[rule.Key]) is { } difference)
                    differences.Add($"{flow}: {rule.Key} {difference}");
            }

            before = after;
        }

        Assert.That(
            differences, Is.Empty,
            () => $"seed {LabFlows.Seed}: of {compared} pairs of rule and flow {differences.Count} differ\n{string.Join('\n', differences.Take(60))}");
        Assert.That(
            unknown,
            Has.Count.LessThan(compared / 10),
            () => $"most rules are known, but not\n{string.Join('\n', unknown.Distinct().Take(40))}");
    }
}
