using System.Collections.Immutable;
using System.Text.Json;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Trails.Json;

/// <summary>Reads <c>trails.json</c>, and says exactly what is wrong with one that it cannot read.</summary>
internal sealed class TrailsReader(string name)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private ImmutableArray<HostProfile> _others = [];

    public TrailsFile Read(Stream stream)
    {
        try
        {
            using var document = Parse(stream);
            return Read(document);
        }
        catch (InvalidOperationException wrong)
        {
            // What System.Text.Json says of text that no string can hold: bytes that are not UTF-8, half of a surrogate pair.
            throw new HooktrailException($"{name} holds text that is not valid Unicode; write the file anew.", wrong);
        }
    }

    private TrailsFile Read(JsonDocument document)
    {
        var root = new JsonPlace(name, "$", document.RootElement);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("schema", out var schema)
            || schema.ValueKind != JsonValueKind.String)
            throw new HooktrailException(
                $"{name} is not a trails file: it does not begin with \"schema\": \"{TrailsFile.Schema}\"; give a trails.json that a run or predict --json wrote.");
        if (!schema.ValueEquals(TrailsFile.Schema))
            throw new HooktrailException(
                $"{name} has the schema \"{schema.GetString()}\", and this version reads \"{TrailsFile.Schema}\"; write the file anew, or read it with the version that wrote it.");

        root.Object("schema", "hostProfile", "legs", "hostProfiles");
        var profile = Profile(root["hostProfile"], null);
        if (root.Optional("hostProfiles") is { } others)
            _others = others.Each(other => Profile(other, profile.Rules));
        return new(profile, root["legs"].Each(LegOf));
    }

    private JsonDocument Parse(Stream stream)
    {
        try
        {
            return JsonDocument.Parse(stream, Strict);
        }
        catch (JsonException wrong) when (wrong.LineNumber is { } line && wrong.BytePositionInLine is { } at)
        {
            throw new HooktrailException(
                $"{name} is not JSON: the mistake is at line {line + 1}, byte {at + 1}; the file may be cut short or edited, so write it anew.",
                wrong);
        }
        catch (JsonException wrong)
        {
            throw new HooktrailException(
                $"{name} has an object that names a member twice, and only one of them can hold; remove the other, or write the file anew.",
                wrong);
        }
    }

    private LegRecord LegOf(JsonPlace leg)
    {
        leg.Object(
            "scenario", "flow", "leg", "hostProfile", "predicted", "observed", "verdict", "reason", "evidence");
        var packet = leg["leg"].Object("direction", "packet");
        return new(
            FlowOf(leg["flow"]),
            new(packet["direction"].Word(Directions.Parse), packet["packet"].Count()),
            leg["predicted"].Nullable(TrailOf),
            leg["observed"].Nullable(TrailOf))
        {
            Scenario = leg.Optional("scenario") is { } scenario ? Title(scenario) : null,
            HostProfile = leg.Optional("hostProfile") is { } number ? Other(number) : null,
            Verdict = leg.Optional("verdict") is { } verdict ? verdict.Word(LegVerdicts.Parse) : null,
            Reason = leg.Optional("reason")?.Text(),
            Evidence = leg.Optional("evidence") is { } lines ? lines.Each(line => line.Text()) : [],
        };
    }

    private static Flow FlowOf(JsonPlace flow)
    {
        flow.Object("from", "to", "protocol", "ip", "via", "port", "ttl", "fragments", "encapsulation");
        var plain = new Flow(flow["from"].Word(Endpoint.Parse), flow["to"].Word(Endpoint.Parse), flow["protocol"].Word(Protocols.Parse));
        return plain with
        {
            Ip = flow.Optional("ip") is { } ip ? ip.Word(IpVersions.Parse) : plain.Ip,
            Via = flow.Optional("via")?.Text(),
            Port = flow.Optional("port") is { } port ? port.CountTo(65535) : plain.Port,
            Ttl = flow.Optional("ttl") is { } ttl ? ttl.CountTo(255) : plain.Ttl,
            Fragments = flow.Optional("fragments") is { } fragments ? fragments.Count() : plain.Fragments,
            Encapsulation = flow.Optional("encapsulation") is { } encapsulation ? encapsulation.Word(Encapsulations.Parse) : plain.Encapsulation,
        };
    }

    private HostProfile Other(JsonPlace number) =>
        number.Count() is var index && index <= _others.Length
            ? _others[index - 1]
            : throw number.Wrong($"is {index}, and the file has {_others.Length} other host profiles");

    private static ScenarioTitle Title(JsonPlace scenario)
    {
        scenario.Object("feature", "title");
        return new(scenario["feature"].Text(), scenario["title"].Text());
    }

    private static Trail TrailOf(JsonPlace trail)
    {
        trail.Object("hops", "outcome");
        return new(trail["hops"].Each(HopOf), OutcomeOf(trail["outcome"]));
    }

    private static Hop HopOf(JsonPlace hop)
    {
        hop.Object("layer", "table", "chain", "in", "out", "physIn", "physOut", "source", "destination");
        return new(
            PointOf(hop),
            hop["in"].TextOrNull(),
            hop["out"].TextOrNull(),
            hop["physIn"].TextOrNull(),
            hop["physOut"].TextOrNull(),
            hop["source"].TextOrNull(),
            hop["destination"].TextOrNull());
    }

    private static Outcome OutcomeOf(JsonPlace outcome)
    {
        outcome.Object("result", "to", "at", "reason");
        var at = outcome["at"];
        var read = new Outcome(
            outcome["result"].Word(Words.ParseOutcome),
            outcome["to"].Nullable(to => to.Word(Endpoint.Parse)),
            at.Value.ValueKind == JsonValueKind.Null ? null : Place(at),
            outcome["reason"].TextOrNull());
        return read.Kind switch
        {
            OutcomeKind.Delivered when read.To is null || read.At is not null =>
                throw outcome.Wrong("is delivered, so \"to\" must name an endpoint and \"at\" must be null"),
            OutcomeKind.Dropped or OutcomeKind.Rejected or OutcomeKind.Unknown when read.To is not null || read.At is null =>
                throw outcome.Wrong($"is {read.Kind.Name()}, so \"to\" must be null and \"at\" must name a hook point"),
            OutcomeKind.Vanished when read.To is not null =>
                throw outcome.Wrong("is vanished, so \"to\" must be null"),
            _ => read,
        };
    }

    private static HookPoint Place(JsonPlace at) => PointOf(at.Object("layer", "table", "chain"));

    private static HookPoint PointOf(JsonPlace holder)
    {
        var layer = holder["layer"].Word(Layers.Parse);
        var (table, chain) = (holder["table"].Text(), holder["chain"].Text());
        return holder.Place(() => HookPoints.Parse(layer.Name(), table, chain));
    }

    private static HostProfile Profile(JsonPlace place, RuleSet? usual)
    {
        place.Object("kernel", "iptables", "ebtables", "switches", "published", "rules");
        var profile = new HostProfile
        {
            Kernel = place["kernel"].Word(KernelVersion.Parse),
            Iptables = place["iptables"].Word(Backends.Parse),
            Ebtables = place["ebtables"].Word(Backends.Parse),
            Published = place["published"].Each(PublishedOf),
            Rules = usual is not null && place.Optional("rules") is null ? usual : RulesOf(place["rules"]),
        };
        var switches = place["switches"].Object([.. Switch.All.Select(one => one.Name)]);
        return Switch.All.Aggregate(profile, (changed, one) => one.Write(changed, switches[one.Name].Bool()));
    }

    private static PublishedPort PublishedOf(JsonPlace port)
    {
        port.Object("port", "to");
        return new(port["port"].CountTo(65535), port["to"].Word(Endpoint.Parse));
    }

    private static RuleSet RulesOf(JsonPlace rules)
    {
        rules.Object([.. Enum.GetValues<Layer>().Select(layer => layer.Name())]);
        var chains = ImmutableArray.CreateBuilder<RuleChain>();
        foreach (var layer in Enum.GetValues<Layer>())
            if (rules.Optional(layer.Name()) is { } lines)
                chains.AddRange(RuleText.Read(layer, lines.Each(Line), $"{lines.File}, at {lines.Path}").Chains);
        return new(chains.ToImmutable());
    }

    private static string Line(JsonPlace line) =>
        line.Text() is var text && !text.Any(char.IsControl) ? text : throw line.Wrong("has a control character, and no rule has any");
}
