namespace Hooktrail.Model.Tests;

/// <summary>Short notations for the tests: flows, legs, and trails.</summary>
internal static class Walks
{
    private static readonly Endpoint[] Endpoints = [Endpoint.Client, Endpoint.Server, Endpoint.Host, Endpoint.Wan];

    /// <summary>All that meet the host.</summary>
    public static readonly Flow[] Flows =
    [
        .. from sender in Endpoints
           from receiver in Endpoints
           where sender != receiver || sender == Endpoint.Host
           select Ping(sender, receiver),
    ];

    public static Flow Ping(Endpoint from, Endpoint to) => new(from, to, Protocol.Icmp);

    public static Trail Request(Endpoint from, Endpoint to, HostProfile? profile = null, int packet = 1) =>
        Prediction.Of(profile ?? HostProfile.Default, Ping(from, to), new Leg(Direction.Request, packet));

    public static Trail Reply(Endpoint from, Endpoint to, HostProfile? profile = null, int packet = 1) =>
        Prediction.Of(profile ?? HostProfile.Default, Ping(from, to), new Leg(Direction.Reply, packet));

    /// <summary>The hook point must be crossed once.</summary>
    public static Hop At(this Trail trail, string point) => trail.Hops.Single(hop => hop.Point.ToString() == point);

    /// <summary>By their tables, in order: <c>mangle filter nat security</c>.</summary>
    public static string Tables(this Trail trail, Layer layer, string chain) =>
        string.Join(' ', trail.Hops.Where(hop => hop.Point.Layer == layer && hop.Point.Chain == chain)
            .Select(hop => hop.Point.Table));

    /// <summary>Layer, table, chain, in→out, and br_netfilter's ports; an absent device is a dash.</summary>
    public static string[] Devices(this Trail trail) =>
    [
        .. trail.Hops.Select(hop =>
            $"{hop.Point} {Arrow(hop.In, hop.Out)}"
            + (hop.PhysIn is null && hop.PhysOut is null ? "" : $" {Arrow(hop.PhysIn, hop.PhysOut)}")),
    ];

    /// <summary>Layer, table, chain, source→destination.</summary>
    public static string[] Addresses(this Trail trail) =>
        [.. trail.Hops.Select(hop => $"{hop.Point} {Arrow(hop.Source, hop.Destination)}")];

    /// <summary>One hop a line, in columns.</summary>
    public static string[] Board(string text) =>
    [
        .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))),
    ];

    private static string Arrow(string? from, string? to) => $"{from ?? "-"}→{to ?? "-"}";
}
