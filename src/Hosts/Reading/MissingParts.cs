using Hooktrail.Trails.Topologies;

namespace Hooktrail.Hosts.Reading;

/// <summary>What a snapshot could not read of its host, and so no answer can know.</summary>
internal static class MissingParts
{
    private static readonly ImmutableArray<(string Part, Subject Subject)> Always =
    [
        ("kernel", Subject.Kernel), ("settings", Subject.Settings), ("links", Subject.Devices),
        ("routes", Subject.Routes), ("routes6", Subject.Routes), ("rules", Subject.PolicyRules),
        ("rules6", Subject.PolicyRules), ("neighbours", Subject.Neighbours), ("proxies", Subject.Proxies),
        ("bridge-links", Subject.Bridges), ("bridge-fdb", Subject.Bridges), ("bridge-vlans", Subject.Bridges),
        ("listening", Subject.Sockets),
    ];

    public static ImmutableArray<NotKnown> Of(Snapshot snapshot) =>
    [
        .. Always.Where(one => snapshot.Find(one.Part) is null)
            .Select(one => new NotKnown(one.Subject, $"The snapshot has no part \"{one.Part}\".")),
        .. from part in snapshot.Parts
           let subject = SubjectOf(part.Name)
           where subject is not null && part.Failure is not null
           select new NotKnown(subject.Value, part.Failure!),
        .. Sets(snapshot),
    ];

    private static Subject? SubjectOf(string part) =>
        Always.FirstOrDefault(one => one.Part == part) is { Part: not null } always ? always.Subject
        : part.Split(' ', '-') switch
        {
            ["iptables" or "ip6tables" or "arptables" or "ebtables", _] => Subject.Rules,
            ["nft", "hooks"] => Subject.HookOrder,
            ["nft", ..] => Subject.Rules,
            ["ipset"] => Subject.Sets,
            ["docker" or "podman", _] => Subject.Containers,
            ["namespace" or "links" or "routes" or "routes6" or "rules" or "rules6" or "listening", _] =>
                Subject.Containers,
            _ => null,
        };

    private static IEnumerable<NotKnown> Sets(Snapshot snapshot)
    {
        if (snapshot.Find("ipset") is null && snapshot.Parts.Any(part =>
            part.Name.Contains("tables-", StringComparison.Ordinal)
            && part.Lines.Any(line => line.Contains("--match-set", StringComparison.Ordinal))))
            yield return new(Subject.Sets, "Rules ask for sets of ipset, and the host has no program ipset that lists them.");
    }
}
