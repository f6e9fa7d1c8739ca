using Hooktrail.Labs;
using Hooktrail.Model;
using Hooktrail.Namespaces;
using Hooktrail.Questions;
using Hooktrail.Questions.Reach;
using Hooktrail.Records;
using Hooktrail.Stations.Machines;
using Hooktrail.Twins;

namespace Hooktrail.Verification;

/// <summary>A user's host with its twin, which answers the same questions by packets.</summary>
public sealed class TwinOfHost : IAsyncDisposable
{
    private readonly HostProfile _host;
    private readonly HostProfile _onThisKernel;
    private readonly Twin _twin;

    // The connection of a question is made in the twin before its packets.
    private readonly HostProfile _twins;

    private TwinOfHost(HostProfile host, Twin twin)
    {
        (_host, _twin) = (host, twin);
        _onThisKernel = OnKernelOf(twin, host);
        _twins = twin.Profile with { Tracked = host.Tracked };
        Differences = [.. twin.DifferencesFrom(_onThisKernel), .. OtherOrder.Of(_onThisKernel, twin.Profile)];
    }

    /// <summary>In what the twin is not the host, a sentence each; the kernel is that of the twin's machine.</summary>
    public ImmutableArray<string> Differences { get; }

    /// <inheritdoc cref="Twin.Namespaces"/>
    public ImmutableArray<(string Name, int ProcessId)> Namespaces => _twin.Namespaces;

    /// <summary>Builds the twin.</summary>
    /// <param name="plan">What it is built from: the host's snapshot, with the changes that the user asks about.</param>
    /// <param name="host">The host, with the same changes.</param>
    /// <param name="cancellation">Ends the building.</param>
    /// <exception cref="HooktrailException">
    /// The machine allows no private namespaces, or lacks a tool, a kind of device or a match of a rule.
    /// </exception>
    public static Task<TwinOfHost> StartAsync(
        TwinPlan plan, HostProfile host, CancellationToken cancellation = default) =>
        StartAsync(plan, host, ThisMachine.Instance, cancellation);

    /// <summary>Builds the twin on a machine, and so on its kernel.</summary>
    /// <inheritdoc cref="StartAsync(TwinPlan, HostProfile, CancellationToken)"/>
    public static async Task<TwinOfHost> StartAsync(
        TwinPlan plan, HostProfile host, IMachine machine, CancellationToken cancellation = default) =>
        new(host, await Twin.StartAsync(plan, machine, cancellation).ConfigureAwait(false));

    /// <summary>
    /// The host with what a twin cannot have from its snapshot: a twin shows the kernel of its machine, and tells the
    /// source at lo, which older snapshots do not have.
    /// </summary>
    public static HostProfile OnKernelOf(Twin twin, HostProfile host) => host with
    {
        Topology = host.Topology with { LoopbackSource = twin.Profile.Topology.LoopbackSource },
        Kernel = twin.Profile.Kernel,
    };

    /// <summary>Sends the packets of a question.</summary>
    /// <exception cref="HooktrailException">The twin has no such sender, or something failed.</exception>
    public async Task<Verified> AskAsync(Flow flow, CancellationToken cancellation = default)
    {
        var isOtherThere = !AreAlike(_host, _onThisKernel, flow);
        if (isOtherThere || !AreAlike(_onThisKernel, _twins, flow))
            return new(
                null,
                isOtherThere
                    ? $"the host has Linux {_host.Kernel}, and the twin {_twin.Profile.Kernel} {_twin.Machine.Place}, for which the model predicts otherwise{Advice}"
                    : "by the model, what differs between the twin and the host decides the packet's way",
                Differences);
        try
        {
            var seen = await TwinObservation.OfAsync(_twin, _onThisKernel, flow, cancellation).ConfigureAwait(false);
            return VerdictOf(seen, $"in a twin of the host {Where}", Differences);
        }
        catch (CannotSendException cannot)
        {
            return new(null, cannot.Message, Differences);
        }
    }

    /// <summary>Sends the packets of each answer of a table, those of equal questions once.</summary>
    /// <exception cref="HooktrailException">Something failed.</exception>
    public async Task<VerifiedReach> AskAsync(ReachTable table, CancellationToken cancellation = default)
    {
        var known = new Dictionary<Flow, Verified>();
        var cells = ImmutableArray.CreateBuilder<(Cell, Verified)>();
        foreach (var cell in table.Cells)
            if (cell is { Question.Flow: { } flow, Found.Ending: not null })
            {
                if (!known.TryGetValue(flow, out var verified))
                {
                    // A table has thousands of answers; their legs would fill the memory.
                    verified = await AskAsync(flow, cancellation).ConfigureAwait(false) with { Legs = [] };
                    known[flow] = verified;
                }


                cells.Add((cell, verified));
            }

        return new(cells.ToImmutable(), Differences) { Where = Where };
    }

    public ValueTask DisposeAsync() => _twin.DisposeAsync();

    private string Advice => _twin.Machine == ThisMachine.Instance
        ? $"; --kernel {_host.Kernel with { Patch = null }} sends the packets in a guest"
        : "";

    private string Where => _twin.Machine == ThisMachine.Instance
        ? $"on Linux {_twin.Profile.Kernel}"
        : $"on Linux {_twin.Profile.Kernel}, {_twin.Machine.Place}";

    private static bool AreAlike(HostProfile one, HostProfile other, Flow flow) =>
        Prediction.Legs(one, flow).SequenceEqual(Prediction.Legs(other, flow), LikeLegs.Instance);

    /// <param name="seen">What the packets did.</param>
    /// <param name="where">Where they were sent.</param>
    /// <param name="differences">In what that is not the host.</param>
    internal static Verified VerdictOf(TwinObservation seen, string where, ImmutableArray<string> differences) =>
        new(AgreesOf(seen), SaysOf(seen, where), differences) { Legs = seen.Compared };

    private static bool? AgreesOf(TwinObservation seen) =>
        !seen.Rules.IsEmpty || seen.Legs.Any(leg => leg.Verdict == LegVerdict.Disagreed) ? false
        : seen.Legs.Any(leg => leg.Verdict != LegVerdict.Agreed) ? null
        : true;

    private static string SaysOf(TwinObservation seen, string where)
    {
        if (seen.Legs.FirstOrDefault(leg => leg.Verdict == LegVerdict.Disagreed) is { } parted)
            return $"{parted.Leg}: {parted.Reason?.TrimEnd('.')}";
        if (!seen.Rules.IsEmpty)
            return seen.Rules[0].ToString();
        if (seen.Legs.FirstOrDefault(leg => leg.Verdict != LegVerdict.Agreed) is { } untold)
            return untold.Verdict == LegVerdict.ObserversDisagree
                ? $"the observers disagree. {untold.Reason?.TrimEnd('.')}"
                : $"{untold.Leg}: {untold.Reason?.TrimEnd('.')}";
        var hops = seen.Legs.Sum(leg => leg.Observed?.Hops.Length ?? 0);
        var unseen = seen.Unseen.IsEmpty
            ? ""
            : $"; of the rules of legacy tools the kernel tells nothing ({Counted(seen.Unseen.Length, "rule")})";
        return $"{where}, the packets went as predicted: {Counted(seen.Legs.Length, "leg")}, {Counted(hops, "hop")}, {Counted(seen.AgreedRules, "rule")}{unseen}";
    }

    private static string Counted(int count, string what) => string.Create(
        CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
