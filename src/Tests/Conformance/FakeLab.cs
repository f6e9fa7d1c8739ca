using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Observation;

namespace Hooktrail.Tests.Conformance;

/// <summary>A lab in which everything goes as the model predicts, but for what a test changes.</summary>
internal sealed class FakeLab(NamespaceSetup setup) : ILab
{
    /// <summary>By default the model's own legs.</summary>
    public Func<HostProfile, Flow, Sending, Finding> See { get; init; } =
        (profile, flow, sending) => Foretold(profile, flow, sending.Packets);

    public Action<HostChange> Changing { get; init; } = _ => { };

    public List<string> Log { get; init; } = [];

    public LabKind Kind => LabKind.Namespaces;

    public RunId Run { get; } = RunId.New();

    public ImmutableArray<Endpoint> Endpoints { get; init; } = Endpoint.All;

    public Observers Observers => Observers.Nflog;

    public HostProfile Profile { get; private set; } = HostProfile.Default with { UserlandProxy = setup.UserlandProxy };

    public FiredTaps Fired => FiredTaps.None;

    public static Finding.Observed Foretold(HostProfile profile, Flow flow, int packets) =>
        new([.. Prediction.Legs(profile, flow, packets).Select(leg => new ObservedLeg(leg.Leg, leg.Trail, []))]);

    public Task<HostFacts> FactsAsync(CancellationToken cancellation = default) =>
        Task.FromResult(new HostFacts([], []));

    public Task ProveTapsAsync(CancellationToken cancellation = default) => Task.CompletedTask;

    public Task<IAsyncDisposable> ChangeAsync(HostChange change, CancellationToken cancellation = default)
    {
        Changing(change);
        var before = Profile;
        if (change is HostChange.Turn(var one, var on))
            Profile = one.Write(Profile, on);
        Log.Add($"made {change}");
        return Task.FromResult<IAsyncDisposable>(new Undo(() =>
        {
            Profile = before;
            Log.Add($"undid {change}");
        }));
    }

    public Task<HostProfile> ReadAsync(CancellationToken cancellation = default) => Task.FromResult(Profile);

    public async Task<Seen> SendAsync(Flow flow, Sending sending, CancellationToken cancellation = default)
    {
        // Others need a turn, as with a lab that talks to processes.
        await Task.Yield();
        cancellation.ThrowIfCancellationRequested();
        return new(Profile, null, See(Profile, flow, sending));
    }

    public ValueTask DisposeAsync()
    {
        Log.Add("down");
        return ValueTask.CompletedTask;
    }

    private sealed class Undo(Action what) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            what();
            return ValueTask.CompletedTask;
        }
    }
}
