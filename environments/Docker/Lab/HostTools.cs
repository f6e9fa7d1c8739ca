using Hooktrail.Labs;

namespace Hooktrail.Docker.Lab;

/// <summary>Which backends of the tools the host uses; determined once.</summary>
internal sealed class HostTools(Shell shell)
{
    /// <summary>Legacy tools wait for the lock, at most 20 seconds; the nf_tables variants have no lock.</summary>
    public const string InTurn = "-w 20";

    private Backend? _iptables;
    private Backend? _ebtables;

    /// <summary>The backend that holds Docker's own chains.</summary>
    public async Task<Backend> IptablesAsync(CancellationToken cancellation)
    {
        if (_iptables is { } known)
            return known;
        var (status, _) = await shell.TryAsync(
            """
            ! iptables-nft-save 2>/dev/null | grep -q '^:DOCKER' &&
                iptables-legacy-save 2>/dev/null | grep -q '^:DOCKER'
            """,
            cancellation).ConfigureAwait(false);
        _iptables = status == 0 ? Backend.Legacy : Backend.Nft;
        return _iptables.Value;
    }

    /// <summary>Legacy where iptables is, if nft's tables are unused and the kernel has the legacy modules.</summary>
    /// <remarks>
    /// Built-in tables count as unused: remove-taps.sh finds a dead run's rules by the kernel modules.
    /// </remarks>
    public async Task<Backend> EbtablesAsync(CancellationToken cancellation)
    {
        if (_ebtables is { } known)
            return known;
        if (await IptablesAsync(cancellation).ConfigureAwait(false) == Backend.Nft)
            return (_ebtables = Backend.Nft).Value;
        var (status, _) = await shell.TryAsync(
            $$"""
            ! nft list tables bridge 2>/dev/null | grep -qE ' (broute|nat|filter)$' || exit
            ({{EbtablesLegacy.Load}}) || exit
            for table in {{EbtablesLegacy.Tables}}; do grep -q "^ebtable_$table " /proc/modules || exit; done
            """,
            cancellation).ConfigureAwait(false);
        return (_ebtables = status == 0 ? Backend.Legacy : Backend.Nft).Value;
    }
}
