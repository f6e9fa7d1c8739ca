using Hooktrail.Text;

namespace Hooktrail.Kernels.Machine;

/// <summary>QEMU's standard error.</summary>
internal sealed class Complaints
{
    private const int Kept = 4;

    private ImmutableArray<string> _errors = [];
    private string? _warning;

    /// <summary>
    /// Whether QEMU printed a processor's registers. It prints them when it stops that processor for good. After an
    /// error of KVM, QEMU itself keeps running with a dead guest (accel/kvm/kvm-all.c, kvm_cpu_exec).
    /// </summary>
    public bool StoppedProcessor { get; private set; }

    /// <summary>Whether QEMU stopped the processor or aborted. A lack of memory or a kill looks different.</summary>
    public bool ProcessorFailed =>
        StoppedProcessor || _errors.Any(line => line.EndsWith("SIGABRT", StringComparison.Ordinal));

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

    /// <summary>QEMU's last errors, else its last warning, to end a sentence; empty for none.</summary>
    public override string ToString() =>
        !_errors.IsEmpty ? $" (QEMU: {string.Join("; ", _errors)})"
        : _warning is not null ? $" (QEMU: {_warning})"
        : "";
}
