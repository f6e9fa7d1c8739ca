using Hooktrail.Docker.Engine;
using Hooktrail.Labs;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>The parts of a lab that is up.</summary>
internal sealed record LabParts(
    ContainerEngine Engine,
    ImmutableArray<NetworkDetails> Networks,
    Probe Probe,
    ImmutableDictionary<Endpoint, Station> Talking,
    LabStations Stations,
    NflogRecorder Recorder,
    RegistrationHistory History,
    LabAddresses Addresses,
    LabMap Map,
    LabChanges Changes,
    string EngineVersion,
    bool ProxyPktinfo);
