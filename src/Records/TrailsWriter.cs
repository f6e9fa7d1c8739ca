using System.Text.Json;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Records;

/// <summary>
/// Writes <c>trails.json</c> leg by leg, so that a long run need not be held in memory. Small parts (a hop, a rule, an
/// outcome) take one line each, for diff. The writer is written by hand: the order of members is the format's, and a
/// prediction saves a serializer's start-up time.
/// </summary>
public sealed class TrailsWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly HostProfile _first;
    private HostProfile _host;
    private readonly Utf8JsonWriter _json;
    private readonly LegWriter _legs;

    /// <summary>Begins a file; <paramref name="stream"/> stays open after its end.</summary>
    public TrailsWriter(
        Stream stream, HostProfile profile, ImmutableArray<Fact>? facts = null,
        ImmutableArray<Registration>? hooks = null, int indentation = 2)
    {
        _stream = stream;
        _first = _host = profile;
        _json = new(stream, LegWriter.Lines with { IndentSize = indentation });
        _legs = new(_json, indentation);

        _json.WriteStartObject();
        _json.WriteString("schema", TrailsFile.Schema);
        _json.WriteStartArray("hosts");
        BeginHost(basis: null, facts ?? [], hooks ?? []);
    }

    /// <summary>Writes one more leg to the stream.</summary>
    public void Add(LegRecord leg)
    {
        // Comparing rules takes time, and a run passes the same profile again and again.
        var host = leg.HostProfile ?? _first;
        if (!ReferenceEquals(host, _host) && host != _host)
        {
            EndHost();
            _host = host;
            BeginHost(_first, [], []);
        }

        _legs.Write(leg);
        _json.Flush();
    }

    /// <summary>Ends the file.</summary>
    public void Dispose()
    {
        EndHost();
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Dispose();
        _legs.Dispose();
        _stream.WriteByte((byte)'\n');
    }

    private void BeginHost(HostProfile? basis, ImmutableArray<Fact> facts, ImmutableArray<Registration> hooks)
    {
        _json.WriteStartObject();
        Write(_host, basis);
        if (!facts.IsEmpty)
        {
            _json.WriteStartObject("facts");
            foreach (var fact in facts)
                _json.WriteString(fact.Name, fact.Value);
            _json.WriteEndObject();
        }

        if (!hooks.IsEmpty)
        {
            _json.WriteStartArray("hooks");
            foreach (var hook in hooks)
                _legs.WriteLine(null, hook, Write);
            _json.WriteEndArray();
        }

        _json.WriteStartArray("legs");
    }

    private void EndHost()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    /// <summary>Writes a whole profile, or its differences from <paramref name="basis"/>.</summary>
    private void Write(HostProfile profile, HostProfile? basis)
    {
        _json.WriteStartObject("hostProfile");
        if (profile.Kernel != basis?.Kernel)
            _json.WriteString("kernel", profile.Kernel.ToString());
        if (profile.Iptables != basis?.Iptables)
            _json.WriteString("iptables", profile.Iptables.Name());
        if (profile.Ebtables != basis?.Ebtables)
            _json.WriteString("ebtables", profile.Ebtables.Name());
        WriteSwitches([.. Switch.All.Where(one => basis is null || one.Read(profile) != one.Read(basis))], profile);
        if (basis is null || !profile.Published.AsSpan().SequenceEqual(basis.Published.AsSpan()))
        {
            _json.WriteStartArray("published");
            foreach (var published in profile.Published)
                _legs.WriteLine(null, published, static (json, one) =>
                {
                    json.WriteNumber("port", one.Port);
                    json.WriteString("to", one.To.Name);
                });
            _json.WriteEndArray();
        }
        if (!SaysTheSame(profile.Sockets, basis?.Sockets))
            Write(profile.AllSockets);
        if (profile.Rules != basis?.Rules)
            Write(profile.Rules);
        if (profile.Registered != (basis?.Registered ?? RegistrationOrder.Assumed))
            Write(profile.Registered);
        _json.WriteEndObject();
    }

    private static bool SaysTheSame(
        ImmutableArray<PublishedSocket>? sockets, ImmutableArray<PublishedSocket>? basis) =>
        sockets is { } ours && basis is { } theirs
            ? ours.AsSpan().SequenceEqual(theirs.AsSpan())
            : sockets is null && basis is null;

    private void Write(ImmutableArray<PublishedSocket> sockets)
    {
        _json.WriteStartArray("sockets");
        foreach (var socket in sockets)
            _legs.WriteLine(null, socket, static (json, one) =>
            {
                json.WriteNumber("port", one.Port);
                json.WriteString("protocol", one.Protocol.Name());
                json.WriteString("ip", one.Ip.Name());
                json.WriteBoolean("read", one.IsRead);
            });
        _json.WriteEndArray();
    }

    private void Write(RegistrationOrder order)
    {
        _json.WriteStartObject("registered");
        _json.WriteBoolean("listed", order.IsListed);
        _json.WriteStartArray("steps");
        foreach (var step in order.Steps)
        {
            _json.WriteStartArray();
            foreach (var name in step)
                _json.WriteStringValue(name);
            _json.WriteEndArray();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteSwitches(ImmutableArray<Switch> switches, HostProfile profile)
    {
        if (switches.IsEmpty)
            return;
        _json.WriteStartObject("switches");
        foreach (var one in switches)
            _json.WriteBoolean(one.Name, one.Read(profile));
        _json.WriteEndObject();
    }

    private void Write(RuleSet rules)
    {
        _json.WriteStartObject("rules");
        foreach (var layer in RuleText.Layers(rules))
        {
            _json.WriteStartArray(layer.Name());
            foreach (var line in RuleText.Write(rules, layer))
                _json.WriteStringValue(line);
            _json.WriteEndArray();
        }

        if (!rules.Sets.IsEmpty)
        {
            _json.WriteStartArray("ipset");
            foreach (var line in RuleText.Sets(rules))
                _json.WriteStringValue(line);
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Registration one)
    {
        json.WriteString("family", one.Family);
        json.WriteString("hook", one.Hook);
        json.WriteNumber("priority", one.Priority);
        json.WriteString("what", one.What);
        LegWriter.WriteIfAny(json, "module", one.Module);
        LegWriter.WriteIfAny(json, "device", one.Device);
        if (one.Points.IsEmpty)
            return;
        json.WriteStartArray("points");
        foreach (var point in one.Points)
        {
            json.WriteStartObject();
            LegWriter.WriteMembers(json, point);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
