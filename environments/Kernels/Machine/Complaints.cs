using System.Collections.Immutable;
using Hooktrail.Report;

namespace Hooktrail.Kernels.Machine;

/// <summary>What QEMU says about itself on its standard error, line by line.</summary>
internal sealed class Complaints
{
    private const int Kept = 4;

    private ImmutableArray<string> _errors = [];
    private string? _warning;

    /// <summary>
    /// Whether QEMU has printed a processor's registers. It does so where it stops that processor for good; after an
    /// error of KVM it then stays alive, with a guest that does nothing more (accel/kvm/kvm-all.c, kvm_cpu_exec).
    /// </summary>
    public bool StoppedProcessor { get; private set; }

    /// <summary>
    /// Whether the guest's processor failed: QEMU stopped it, or aborted. A lack of memory or a kill from outside does
    /// not look so.
    /// </summary>
    public bool ProcessorFailed =>
        StoppedProcessor || _errors.Any(line => line.EndsWith("SIGABRT", StringComparison.Ordinal));

    /// <summary>Takes a line.</summary>
    public void Take(string line)
    {
        StoppedProcessor |= Begins("EAX=") || Begins("RAX=");
        if (StoppedProcessor || string.IsNullOrWhiteSpace(line) || Begins("extra data["))
            return;
        var said = PlainText.Of(line)
            .Replace(QemuCommand.Program + ": ", "", StringComparison.Ordinal).TrimEnd(' ', '.');
        if (said.StartsWith("warning: ", StringComparison.Ordinal))
            _warning = said;
        else
            _errors = [.. _errors.TakeLast(Kept - 1), said];

        bool Begins(string start) => line.StartsWith(start, StringComparison.Ordinal);
    }

    /// <summary>Its last errors, or else its last warning, to end a sentence; empty where there is none.</summary>
    public override string ToString() =>
        !_errors.IsEmpty ? $" (QEMU: {string.Join("; ", _errors)})"
        : _warning is not null ? $" (QEMU: {_warning})"
        : "";
}
