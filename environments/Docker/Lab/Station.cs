using System.Text;
using Hooktrail.Docker.Engine;
using Hooktrail.Labs;
using Hooktrail.Observation.Nflog;
using Hooktrail.Stations.Talk;

namespace Hooktrail.Docker.Lab;

/// <summary>The session runs the agent first, then a perl program that talks or records.</summary>
internal sealed class Station(ContainerSession session) : IAsyncDisposable
{
    private Talker? _talker;

    public ContainerSession Session => session;

    /// <summary>Usable until the program has taken over.</summary>
    public Shell Shell { get; } = new(session);

    public Talker Talker => _talker ?? throw new InvalidOperationException($"{session.Name} does not talk yet.");

    /// <summary>The station is listening when this returns.</summary>
    public async Task TalkAsync(IEnumerable<Listening> services, CancellationToken cancellation)
    {
        await BecomeAsync(Talker.Script, "", cancellation).ConfigureAwait(false);
        _talker = new Talker(session.Name, Input(), session.StandardOutput);
        await Task.WhenAll(
            services.Select(service => _talker.ListenAsync(service, cancellation))).ConfigureAwait(false);
    }

    public async Task<NflogProcess> RecordAsync(CancellationToken cancellation)
    {
        await BecomeAsync(NflogProgram.Script, "0", cancellation).ConfigureAwait(false);
        return new(
            Input(),
            session.StandardOutput,
            $"The recorder {session.Name} ended while its records were still needed; find out what removed it, and run again.",
            this)
        {
            JoinsTrace = true,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await Shell.DisposeAsync().ConfigureAwait(false);
        if (_talker is not null)
            await _talker.DisposeAsync().ConfigureAwait(false);
    }

    // A program takes over the session.
    private async Task BecomeAsync(string program, string arguments, CancellationToken cancellation)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"become {Encoding.UTF8.GetByteCount(program)} {arguments}\n{program}");
        await session.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation).ConfigureAwait(false);
        await session.StandardInput.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private StreamWriter Input() => new(session.StandardInput, new UTF8Encoding(false), leaveOpen: true);
}
