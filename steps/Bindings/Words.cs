using Hooktrail.Trails;
using Reqnroll;

namespace Hooktrail.Specs.Bindings;

/// <summary>Words of the features as values.</summary>
[Binding]
public sealed class Words
{
    /// <summary><c>client</c>, <c>server</c>, <c>host</c>, <c>wan</c>.</summary>
    [StepArgumentTransformation]
    public Endpoint ToEndpoint(string name) => Endpoint.Parse(name);

    /// <summary><c>ebtables</c>, <c>iptables</c>.</summary>
    [StepArgumentTransformation]
    public Layer ToLayer(string name) => Layers.Parse(name);

    /// <summary><c>request</c>, <c>second reply</c>, <c>SYN-ACK</c>.</summary>
    [StepArgumentTransformation]
    public Leg ToLeg(string words) => Leg.OfTcp.FirstOrDefault(one => one.Name == words).Leg ?? words.Split(' ') switch
    {
        [var direction] => new Leg(Directions.Parse(direction), 1),
        [var ordinal, var direction] => new Leg(Directions.Parse(direction), ToOrdinal(ordinal)),
        _ => throw new HooktrailException($"\"{words}\" is no leg; write \"request\" or \"second reply\"."),
    };

    /// <summary><c>nft</c>, <c>legacy</c>.</summary>
    [StepArgumentTransformation]
    public Backend ToBackend(string name) => Backends.Parse(name);

    /// <summary>A kernel's release.</summary>
    [StepArgumentTransformation]
    public KernelVersion ToKernelVersion(string text) => KernelVersion.Parse(text);

    /// <summary>The releases that something is so in.</summary>
    [StepArgumentTransformation]
    public KernelReleases ToKernelReleases(string text) => KernelReleases.Parse(text);

    private static int ToOrdinal(string word) => Array.IndexOf(["first", "second", "third", "fourth", "fifth"], word) is var index and >= 0
        ? index + 1
        : throw new HooktrailException($"\"{word}\" is no ordinal; write first, second, third, fourth or fifth.");
}
