using System.Net;

namespace Hooktrail.Observation.Nflog;

/// <summary>A packet at a hook's own chain, as the kernel's trace tells it when the chain begins.</summary>
/// <param name="Number">Ascends along the packet's way.</param>
/// <param name="Point">The chain.</param>
/// <param name="In">The hook's incoming device, in the bridge family the port; null for none.</param>
/// <param name="Out">As <paramref name="In"/>, outgoing.</param>
/// <param name="Source">Null if the trace does not show it; as the other fields of the packet.</param>
/// <param name="Destination">The destination.</param>
/// <param name="SourcePort">The source port.</param>
/// <param name="DestinationPort">The destination port.</param>
public sealed record TracedChain(
    ulong Number, HookPoint Point, string? In, string? Out,
    IPAddress? Source, IPAddress? Destination, int? SourcePort, int? DestinationPort);
