using System.Text.Json;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Records;

/// <summary>Reads <c>trails.json</c>; if it cannot, reports exactly what is wrong.</summary>
internal sealed class TrailsReader(string name)
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public TrailsFile Read(Stream stream)
    {
        try
        {
            using var document = Parse(stream);
            return Read(document);
        }
        catch (InvalidOperationException wrong)
        {
            // System.Text.Json throws this for text that no string can hold: bytes that are not
            // UTF-8, half of a surrogate pair.
            throw new HooktrailException($"{name} holds text that is not valid Unicode; write the file again.", wrong);
        }
        catch (HooktrailException wrong) when (wrong.Message.Any(char.IsControl))
        {
            // The message quotes the file, which may contain anything; it must neither break
            // the line nor control a terminal.
            throw new HooktrailException(
                string.Concat(wrong.Message.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter)), wrong);
        }
    }

    private TrailsFile Read(JsonDocument document)
    {
        var root = new JsonPlace(name, "$", document.RootElement);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("schema", out var schema)
            || schema.ValueKind != JsonValueKind.String)
            throw new HooktrailException(
                $"{name} is not a trails file: it does not begin with \"schema\": \"{TrailsFile.Schema}\"; name a trails.json from a run or predict --json.");
        if (!schema.ValueEquals(TrailsFile.Schema))
            throw new HooktrailException(
                $"{name} has the schema \"{schema.GetString()}\", but this version reads \"{TrailsFile.Schema}\"; write the file again, or read it with the version that wrote it.");

        root.Object("schema", "hosts");
        HostProfile? first = null;
        ImmutableArray<Fact> facts = [];
        ImmutableArray<Registration> hooks = [];
        var legs = root["hosts"].Each(host =>
        {
            var profile = (first is null
                ? host.Object("hostProfile", "facts", "hooks", "legs")
                : host.Object("hostProfile", "legs"))["hostProfile"];
            if (host.Optional("facts") is { } measured)
                facts = FactsOf(measured);
            if (host.Optional("hooks") is { } registered)
                hooks = registered.Each(RegistrationOf);
            var own = first is null ? null
                : profile.Value.ValueKind == JsonValueKind.Object && !profile.Value.EnumerateObject().Any() ? null
                : Changed(first, profile);
            first ??= Profile(profile);
            return host["legs"].Each(leg => LegOf(leg, own));
        });
        return new(
            first ?? throw root["hosts"].Wrong("is empty, but must have at least one host"),
            [.. legs.SelectMany(one => one)])
        {
            Facts = facts,
            Hooks = hooks,
        };
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
                $"{name} is not JSON: the mistake is at line {line + 1}, byte {at + 1}; the file may be cut short or edited, so write it again.",
                wrong);
        }
        catch (JsonException wrong)
        {
            throw new HooktrailException(
                $"{name} has an object with a duplicate member; remove one of them, or write the file again.",
                wrong);
        }
    }

    private static LegRecord LegOf(JsonPlace leg, HostProfile? profile)
    {
        leg.Object("scenario", "flow", "leg", "predicted", "observed", "verdict", "reason", "evidence");
        var predicted = leg["predicted"].Nullable(TrailOf);
        var packet = leg["leg"].Object("direction", "packet");
        return new(
            FlowOf(leg["flow"]),
            new(packet["direction"].Word(Directions.Parse), packet["packet"].Count()),
            predicted,
            Observed(leg["observed"], predicted))
        {
            Scenario = leg.Optional("scenario") is { } scenario ? Title(scenario) : null,
            HostProfile = profile,
            Verdict = leg.Optional("verdict") is { } verdict ? verdict.Word(LegVerdicts.Parse) : null,
            Reason = leg.Optional("reason")?.Text(),
            Evidence = leg.Optional("evidence") is { } lines ? lines.Each(EvidenceOf) : [],
        };
    }

    private static Flow FlowOf(JsonPlace flow)
    {
        flow.Object("from", "to", "protocol", "ip", "via", "as", "port", "ttl", "fragments", "encapsulation");
        return new(
            flow["from"].Word(Endpoint.Parse),
            flow["to"].Word(Endpoint.Parse),
            flow["protocol"].Word(Protocols.Parse))
        {
            Ip = flow.Optional("ip")?.Word(IpVersions.Parse) ?? IpVersion.V4,
            Via = flow.Optional("via")?.Text(),
            As = flow.Optional("as")?.Text(),
            Port = flow.Optional("port")?.Count() ?? Flow.ServicePort,
            Ttl = flow.Optional("ttl")?.Count() ?? Flow.DefaultTtl,
            Fragments = flow.Optional("fragments")?.Count() ?? 1,
            Encapsulation = flow.Optional("encapsulation")?.Word(Encapsulations.Parse) ?? Encapsulation.None,
        };
    }

    private static ImmutableArray<Fact> FactsOf(JsonPlace facts) =>
        [.. facts.Members().Select(one => new Fact(one.Name, one.Value.Text()))];

    private static Registration RegistrationOf(JsonPlace place)
    {
        place.Object("family", "hook", "priority", "what", "module", "device", "points");
        return new(place["family"].Text(), place["hook"].Text(), place["priority"].Integer(), place["what"].Text())
        {
            Module = place.Optional("module")?.Text(),
            Device = place.Optional("device")?.Text(),
            Points = place.Optional("points") is { } points ? points.Each(PointOf) : [],
        };
    }

    private static Evidence EvidenceOf(JsonPlace place)
    {
        place.Object("hop", "channel", "number", "line");
        return new(
            place.Optional("hop")?.Count() ?? 0,
            place["channel"].Text(),
            place["number"].Number(),
            place["line"].Text());
    }

    private static ScenarioTitle Title(JsonPlace scenario)
    {
        scenario.Object("feature", "title", "example");
        return new(scenario["feature"].Text(), scenario["title"].Text())
        {
            Example = scenario.Optional("example")?.Text()
        };
    }

    private static Trail? Observed(JsonPlace observed, Trail? predicted)
    {
        if (observed.Value.ValueKind != JsonValueKind.String)
            return observed.Nullable(TrailOf);
        if (observed.Text() != TrailsFile.AsPredicted)
            throw observed.Wrong($"is a string other than \"{TrailsFile.AsPredicted}\"");
        return predicted ?? throw observed.Wrong($"is \"{TrailsFile.AsPredicted}\", but nothing was predicted");
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
            hop.Optional("in")?.Text(),
            hop.Optional("out")?.Text(),
            hop.Optional("physIn")?.Text(),
            hop.Optional("physOut")?.Text(),
            hop.Optional("source")?.Text(),
            hop.Optional("destination")?.Text());
    }

    private static Outcome OutcomeOf(JsonPlace outcome)
    {
        outcome.Object("result", "to", "at", "reason");
        var read = new Outcome(
            outcome["result"].Word(OutcomeWords.ParseOutcome),
            outcome.Optional("to")?.Word(Endpoint.Parse),
            outcome.Optional("at") is { } at ? Place(at) : null,
            outcome.Optional("reason")?.Text());
        return read.Kind switch
        {
            OutcomeKind.Delivered when read.To is null || read.At is not null =>
                throw outcome.Wrong("is delivered, so \"to\" must name an endpoint and \"at\" be absent"),
            OutcomeKind.Dropped or OutcomeKind.Rejected or OutcomeKind.Unknown
                when read.To is not null || read.At is null =>
                throw outcome.Wrong($"is {read.Kind.Name()}, so \"at\" must name a hook point and \"to\" be absent"),
            OutcomeKind.Vanished when read.To is not null =>
                throw outcome.Wrong("is vanished, so \"to\" must be absent"),
            _ => read,
        };
    }

    private static HookPoint Place(JsonPlace at) => PointOf(at.Object("layer", "table", "chain"));

    private static HookPoint PointOf(JsonPlace holder)
    {
        var layer = holder["layer"].Word(Layers.Parse);
        var (table, chain) = (holder["table"].Text(), holder["chain"].Text());
        // No list has the tables and chains of arptables and of users' own nftables, so any name may be right.
        return layer is Layer.Arptables or Layer.Nftables
            ? new(layer, table, chain)
            : holder.Place(() => HookPoints.Parse(layer.Name(), table, chain));
    }

    private static string[] SwitchNames => [.. Switch.All.Select(one => one.Name)];

    /// <summary>The first host's profile, which must be complete.</summary>
    private static HostProfile Profile(JsonPlace place)
    {
        foreach (var member in (string[])["kernel", "iptables", "ebtables", "switches", "published", "rules"])
            _ = place[member];
        var switches = place["switches"].Object(SwitchNames);
        foreach (var one in Switch.All)
            _ = switches[one.Name];
        return Changed(HostProfile.Default, place);
    }

    /// <summary>A profile that states only its differences from the first.</summary>
    private static HostProfile Changed(HostProfile basis, JsonPlace place)
    {
        place.Object("kernel", "iptables", "ebtables", "switches", "published", "rules");
        var profile = basis with
        {
            Kernel = place.Optional("kernel")?.Word(KernelVersion.Parse) ?? basis.Kernel,
            Iptables = place.Optional("iptables")?.Word(Backends.Parse) ?? basis.Iptables,
            Ebtables = place.Optional("ebtables")?.Word(Backends.Parse) ?? basis.Ebtables,
            Published = place.Optional("published")?.Each(PublishedOf) ?? basis.Published,
            Rules = place.Optional("rules") is { } rules ? RulesOf(rules) : basis.Rules,
        };
        if (place.Optional("switches") is not { } switches)
            return profile;
        switches.Object(SwitchNames);
        return Switch.All.Aggregate(
            profile,
            (changed, one) => switches.Optional(one.Name) is { } state ? one.Write(changed, state.Bool()) : changed);
    }

    private static PublishedPort PublishedOf(JsonPlace place)
    {
        place.Object("port", "to");
        return new(place["port"].Count(), place["to"].Word(Endpoint.Parse));
    }

    private static RuleSet RulesOf(JsonPlace place)
    {
        Layer[] layers = [Layer.Ebtables, Layer.Iptables, Layer.Ip6tables, Layer.Arptables, Layer.Nftables];
        place.Object([.. layers.Select(layer => layer.Name()), "ipset"]);
        var sets = place.Optional("ipset") is { } saved
            ? saved.Place(() => RuleText.ReadSets(saved.Each(line => line.Text()), "the sets of ipset"))
            : [];
        var none = RuleSet.Empty with { Sets = sets };
        return layers.Aggregate(none, (all, layer) => place.Optional(layer.Name()) is { } lines
            ? all.With(lines.Place(
                () => RuleText.Read(layer, lines.Each(line => line.Text()), $"the rules of {layer.Name()}", sets)))
            : all);
    }
}
