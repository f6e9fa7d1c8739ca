using Hooktrail.Labs;

namespace Hooktrail.Tests.Rules;

/// <summary>The host is one switch, and remembers what was done to it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class ChangingHostTests
{
    private readonly List<string> _log = [];
    private ChangingHost _host = null!;
    private bool _forwards = true;
    private bool _canBeRead = true;

    [SetUp]
    public void Start() => _host = new(
        (parts, _) =>
        {
            _log.Add(parts == HostParts.All ? "read" : $"read {parts}");
            return _canBeRead
                ? Task.FromResult(HostProfile.Default with { IpForward = _forwards })
                : throw new HooktrailException("It cannot be read.");
        },
        _ =>
        {
            _log.Add("record");
            return Task.CompletedTask;
        });

    [TearDown]
    public void End() => _host.Dispose();

    [Test]
    public async Task A_change_is_read_at_once_and_its_end_when_a_flow_comes()
    {
        await using (await TurnAsync(false))
            Assert.That(_host.Profile.IpForward, Is.False);
        Assert.That(_log, Is.EqualTo(new[] { "off", "read", "on", "record" }));
        _forwards = false; // others may change it meanwhile
        await _host.FlowAsync((profile, _) => SendAsync($"sent, forwards: {profile.IpForward}"), default);
        await _host.FlowAsync((_, _) => SendAsync("sent"), default);
        Assert.That(_log.Skip(4), Is.EqualTo(new[] { "read Settings", "sent, forwards: False", "sent" }));
    }

    [Test]
    public async Task The_end_of_a_change_gives_back_what_was_before_it()
    {
        await _host.ReadAsync(default);
        var change = await TurnAsync(false);
        await change.DisposeAsync();
        Assert.That(_host.Profile.IpForward, Is.True);
        await change.DisposeAsync();
        Assert.That(_log, Is.EqualTo(new[] { "read", "off", "read Settings", "on", "record" }), "It ends once.");
    }

    [Test]
    public async Task One_that_ends_before_a_later_one_has_the_host_read()
    {
        var first = await TurnAsync(false);
        await using var second = await TurnAsync(false);
        _log.Clear();
        await first.DisposeAsync();
        Assert.That(_log, Is.EqualTo(new[] { "on", "read Settings" }));
        Assert.That(_host.Profile.IpForward, Is.True);
    }

    [Test]
    public async Task What_an_undone_change_touched_is_read_with_what_the_next_one_touches()
    {
        await _host.ReadAsync(default);
        await (await TurnAsync(false)).DisposeAsync();
        _log.Clear();
        await using var next = await TurnAsync(false, HostParts.Nftables);
        Assert.That(_log, Is.EqualTo(new[] { "off", "read Settings, Nftables" }));
    }

    [Test]
    public async Task What_a_change_touched_is_still_to_be_read_if_reading_failed()
    {
        await _host.ReadAsync(default);
        _canBeRead = false;
        Assert.That(() => TurnAsync(false), Throws.TypeOf<HooktrailException>());
        _canBeRead = true;
        _log.Clear();
        await _host.FlowAsync((_, _) => SendAsync("sent"), default);
        Assert.That(_log, Is.EqualTo(new[] { "read Settings", "sent" }));
    }

    [Test]
    public void What_cannot_be_read_is_taken_back_at_once()
    {
        _canBeRead = false;
        Assert.That(() => TurnAsync(false), Throws.TypeOf<HooktrailException>());
        Assert.That(_log, Is.EqualTo(new[] { "off", "read", "on" }));
        Assert.That(_forwards, Is.True);
    }

    [Test]
    public async Task A_change_waits_for_a_flow_but_comes_in_its_middle_where_the_flow_lets_it()
    {
        await _host.ReadAsync(default);
        Task<IAsyncDisposable>? waiting = null;
        Task<bool>? other = null;
        await _host.FlowAsync(
            async (_, between) =>
            {
                await SendAsync("first packet");
                waiting = TurnAsync(false);
                Assert.That(waiting.IsCompleted, Is.False);
                await between(() => waiting);
                other = _host.FlowAsync((_, _) => SendAsync("another flow"), default);
                await between(() => SendAsync("middle"));
                return await SendAsync("second packet");
            },
            default);
        await other!;
        Assert.That(
            _log,
            Is.EqualTo(new[] { "read", "first packet", "off", "read Settings", "middle", "second packet", "another flow" }));
        await (await waiting!).DisposeAsync();
    }

    private Task<bool> SendAsync(string what)
    {
        _log.Add(what);
        return Task.FromResult(true);
    }

    private Task<IAsyncDisposable> TurnAsync(bool on, HostParts touches = HostParts.Settings) => _host.ChangeAsync(
        touches,
        before =>
        {
            Set(on);
            return Task.FromResult<IAsyncDisposable>(new Undo(() => Set(!on)));
        },
        default);

    private void Set(bool on)
    {
        _forwards = on;
        _log.Add(on ? "on" : "off");
    }

    private sealed class Undo(Action undo) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            undo();
            return ValueTask.CompletedTask;
        }
    }
}
