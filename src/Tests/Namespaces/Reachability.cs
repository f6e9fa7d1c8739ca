using System.Net.Sockets;
using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Namespaces;

/// <summary>Which endpoint reaches which by ping, while there are no rules.</summary>
internal static class Reachability
{
    /// <summary>The pairs that differ from what the routes allow.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(
        NamespaceHost host, CancellationToken cancellation = default)
    {
        var asked = await Task.WhenAll(host.Topology.Stations.Select(from => AskAsync(host, from, cancellation)));
        return [.. asked.SelectMany(differences => differences)];
    }

    private static async Task<IReadOnlyList<string>> AskAsync(
        NamespaceHost host, string source, CancellationToken cancellation)
    {
        var pairs = (
            from to in host.Topology.Stations
            where to != source
            from family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
            select (to, family, address: host.Addresses[AddressName(host.Topology, source, to), family])).ToList();
        var script = string.Concat(pairs.Select(
            (pair, i) => $"(ping -n -q -c 1 -W 1 {pair.address} >/dev/null 2>&1; echo {i} $?) &\n")) + "wait";
        var answers = (await host[source].RunAsync("ping the others", script, cancellation))
            .Select(line => line.Split(' ')).ToDictionary(fields => int.Parse(fields[0]), fields => fields[1] == "0");
        return
        [
            .. pairs.Index().Where(pair => answers[pair.Index] != Reaches(host.Topology, source, pair.Item.to))
                .Select(
                    pair =>
                        $"{source} {(answers[pair.Index] ? "reaches" : "does not reach")} {pair.Item.to} at {pair.Item.address}"),
        ];
    }

    /// <summary>An internal network has routes only to its gateway and neighbours, so none back to others.</summary>
    private static bool Reaches(NamespaceTopology topology, string from, string to)
    {
        var (one, other) = (NetworkOf(topology, from), NetworkOf(topology, to));
        return IsHost(from) || IsHost(to) || one == other || !(one?.Internal ?? false) && !(other?.Internal ?? false);
    }

    private static string AddressName(NamespaceTopology topology, string from, string to) =>
        !IsHost(to) ? to
        : IsHost(from) ? "host.lo"
        : NetworkOf(topology, from) is { } network ? network.Name + ".gateway"
        : "host.wan";

    private static bool IsHost(string station) => station is "host" or "hosted";

    private static LabNetwork? NetworkOf(NamespaceTopology topology, string station) =>
        topology.Networks.FirstOrDefault(network => network.Containers.Any(container => container.Name == station));
}
