using System.Text.Json;
using Hooktrail.Trails.Accounts;

namespace Hooktrail.Records;

/// <summary>Reads <c>trails.json</c>; if it cannot, reports exactly what is wrong.</summary>
internal sealed class TrailsReader(string name)
{
    // More legs would not fit into memory; ten times what a day of conform sends.
    private const int MostLegs = 500_000;

    // Below this, packing would only cost time.
    private const int ManyLegs = 2_000;

    private readonly ImmutableArray<LegRecord>.Builder _legs = ImmutableArray.CreateBuilder<LegRecord>();
    private readonly SharedTrails _shared = new();
    private HostProfile? _first;
    private ImmutableArray<Fact> _facts = [];
    private ImmutableArray<Registration> _hooks = [];

    private int _version;

    public TrailsFile Read(Stream stream)
    {
        try
        {
            return Read(new JsonStream(stream, name));
        }
        catch (JsonException wrong) when (wrong.LineNumber is { } line && wrong.BytePositionInLine is { } at)
        {
            throw new HooktrailException(
                $"{name} is not JSON: the mistake is at line {line + 1}, byte {at + 1}; the file may be cut short or edited, so write it again.",
                wrong);
        }
        catch (JsonException wrong)
        {
            throw Duplicate(wrong);
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

    private TrailsFile Read(JsonStream json)
    {
        var isTrails = false;
        string? unknown = null;
        var members = new HashSet<string>();
        if (json.Peek() != JsonTokenType.StartObject)
            throw json.Take(_ => NoTrails());
        json.Next();
        while (json.Next() == JsonTokenType.PropertyName)
        {
            var member = Member(members, json);
            if (member == "schema")
                isTrails = json.Take(IsSchema);
            else if (member == "hosts")
                Hosts(json);
            else
                unknown = json.Take(_ => unknown ?? member);
        }

        // Only white space may follow, which the reader checks.
        json.Peek();
        var root = new JsonPlace(name, "$", default);
        return !isTrails ? throw NoTrails()
            : unknown is not null ? throw Unknown(root, unknown)
            : !members.Contains("hosts") ? throw root.Wrong("lacks the member \"hosts\"")
            : new(
                _first ?? throw (root with { Path = "$.hosts" }).Wrong("is empty, but must have at least one host"),
                _legs.DrainToImmutable())
            {
                Facts = _facts,
                Hooks = _hooks,
            };
    }

    private bool IsSchema(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.String)
            throw NoTrails();
        _version = schema.ValueEquals(TrailsFile.Schema) ? 6
            : schema.ValueEquals(TrailsFile.Version5) ? 5
            : schema.ValueEquals(TrailsFile.Version4) ? 4
            : 0;
        return _version > 0
            ? true
            : throw new HooktrailException(
                $"{name} has the schema \"{schema.GetString()}\", but this version reads \"{TrailsFile.Schema}\", \"{TrailsFile.Version5}\" and \"{TrailsFile.Version4}\"; write the file again, or read it with the version that wrote it.");
    }

    private void Hosts(JsonStream json)
    {
        if (json.Peek() != JsonTokenType.StartArray)
            json.Take(value => new JsonPlace(name, "$.hosts", value).Each(_ => 0));
        json.Next();
        for (var index = 0; json.Peek() != JsonTokenType.EndArray; index++)
            Host(json, $"$.hosts[{index}]");
        json.Next();
    }

    private void Host(JsonStream json, string path)
    {
        if (json.Peek() != JsonTokenType.StartObject)
            json.Take(value => new JsonPlace(name, path, value).Object());
        json.Next();
        var host = new JsonPlace(name, path, default);
        var isFirst = _first is null;
        var begin = _legs.Count;
        HostProfile? own = null;
        var members = new HashSet<string>();
        while (json.Next() == JsonTokenType.PropertyName)
            switch (Member(members, json))
            {
                case "hostProfile":
                    own = json.Take(value => ProfileOf(new(name, $"{path}.hostProfile", value)));
                    break;
                case "facts" when isFirst:
                    _facts = json.Take(value => FactsOf(new(name, $"{path}.facts", value)));
                    break;
                case "hooks" when isFirst:
                    _hooks = json.Take(value => new JsonPlace(name, $"{path}.hooks", value).Each(RegistrationOf));
                    break;
                case "legs":
                    Legs(json, $"{path}.legs", own);
                    break;
                case var other:
                    throw Unknown(host, other);
            }

        foreach (var member in (string[])["hostProfile", "legs"])
            if (!members.Contains(member))
                throw host.Wrong($"lacks the member \"{member}\"");
        // Another program may have sorted the members, so that the profile comes last.
        for (var at = begin; own is not null && at < _legs.Count && _legs[at].HostProfile is null; at++)
            _legs[at] = _legs[at] with { HostProfile = own };
    }

    private void Legs(JsonStream json, string path, HostProfile? own)
    {
        if (json.Peek() != JsonTokenType.StartArray)
            json.Take(value => new JsonPlace(name, path, value).Each(_ => 0));
        json.Next();
        for (var index = 0; json.Peek() != JsonTokenType.EndArray; index++)
        {
            if (_legs.Count == MostLegs)
                throw new HooktrailException($"{name} has more than {MostLegs} legs; write it in parts.");
            _legs.Add(json.Take(value => LegOf(new(name, $"{path}[{index}]", value), own)));
        }

        json.Next();
    }

    // Null for the first host's profile, and for one that is the same.
    private HostProfile? ProfileOf(JsonPlace profile)
    {
        if (_first is null)
        {
            _first = Profile(profile);
            return null;
        }

        return profile.Value.ValueKind == JsonValueKind.Object && !profile.Value.EnumerateObject().Any()
            ? null
            : Changed(_first, profile);
    }

    private string Member(HashSet<string> members, JsonStream json) =>
        members.Add(json.Name) ? json.Name : throw Duplicate(new JsonException($"\"{json.Name}\" again"));

    private HooktrailException Duplicate(JsonException wrong) =>
        new($"{name} has an object with a duplicate member; remove one of them, or write the file again.", wrong);

    private HooktrailException NoTrails() => new(
        $"{name} is not a trails file: it does not begin with \"schema\": \"{TrailsFile.Schema}\"; name a trails.json from a run or predict --json.");

    private static HooktrailException Unknown(JsonPlace place, string member) =>
        place.Wrong($"has a member \"{member}\", which {TrailsFile.Schema} does not know");

    private LegRecord LegOf(JsonPlace leg, HostProfile? profile)
    {
        string[] members = ["scenario", "flow", "leg", "predicted", "observed", "verdict", "reason", "evidence"];
        leg.Object(_version switch { 4 => members, 5 => [.. members, "ways"], _ => [.. members, "ways", "rules"] });
        var predicted = leg["predicted"].Nullable(TrailOf);
        var packet = leg["leg"].Object("direction", "packet");
        var record = new LegRecord(
            _shared.Of(FlowOf(leg["flow"])),
            _shared.Of(new Leg(packet["direction"].Word(Directions.Parse), packet["packet"].Count())),
            predicted,
            Observed(leg["observed"], predicted))
        {
            Scenario = leg.Optional("scenario") is { } scenario ? _shared.Of(Title(scenario)) : null,
            HostProfile = profile,
            Verdict = leg.Optional("verdict") is { } verdict ? verdict.Word(LegVerdicts.Parse) : null,
            Reason = leg.Optional("reason")?.Text(),
            Ways = leg.Optional("ways") is { } ways ? ways.Each(WayOf) : [],
            Rules = leg.Optional("rules") is { } rules ? rules.Each(RuleOf) : [],
        };
        return leg.Optional("evidence")?.Each(EvidenceOf) is not { } lines ? record
            : _legs.Count < ManyLegs ? record with { Evidence = lines }
            : record with { Packed = new(lines) };
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

    private static RuleStep RuleOf(JsonPlace place)
    {
        place.Object("hop", "layer", "family", "table", "chain", "number", "handle", "text", "verdict");
        var (layer, table) = (place["layer"].Word(Layers.Parse), place["table"].Text());
        var family = place["family"].Text();
        return new(
            place["hop"].Count(), layer, layer == Layer.Nftables ? $"{family} {table}" : table, place["chain"].Text(),
            place.Optional("number")?.Count(), place["text"].Text(), place["verdict"].Word(RuleVerdicts.Parse))
        {
            Handle = place.Optional("handle") is { } handle ? checked((long)handle.Number()) : null,
        };
    }

    private static ScenarioTitle Title(JsonPlace scenario)
    {
        scenario.Object("feature", "title", "example");
        return new(scenario["feature"].Text(), scenario["title"].Text())
        {
            Example = scenario.Optional("example")?.Text()
        };
    }

    private Trail? Observed(JsonPlace observed, Trail? predicted)
    {
        if (observed.Value.ValueKind != JsonValueKind.String)
            return observed.Nullable(TrailOf);
        if (observed.Text() != TrailsFile.AsPredicted)
            throw observed.Wrong($"is a string other than \"{TrailsFile.AsPredicted}\"");
        return predicted ?? throw observed.Wrong($"is \"{TrailsFile.AsPredicted}\", but nothing was predicted");
    }

    private Trail TrailOf(JsonPlace trail)
    {
        trail.Object("hops", "outcome");
        return _shared.Of(new Trail(trail["hops"].Each(HopOf), OutcomeOf(trail["outcome"])));
    }

    private Way WayOf(JsonPlace way)
    {
        way.Object("trail", "supposing");
        return new(way["trail"].Nullable(TrailOf), way["supposing"].Each(SuppositionOf));
    }

    private static Supposition SuppositionOf(JsonPlace supposition)
    {
        supposition.Object("at", "question", "answer");
        return new(Place(supposition["at"]), supposition["question"].Text(), supposition["answer"].Text());
    }

    private Hop HopOf(JsonPlace hop)
    {
        hop.Object("layer", "table", "chain", "in", "out", "physIn", "physOut", "source", "destination");
        return _shared.Of(new Hop(
            PointOf(hop),
            hop.Optional("in")?.Text(),
            hop.Optional("out")?.Text(),
            hop.Optional("physIn")?.Text(),
            hop.Optional("physOut")?.Text(),
            hop.Optional("source")?.Text(),
            hop.Optional("destination")?.Text()));
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
    private HostProfile Profile(JsonPlace place)
    {
        foreach (var member in (string[])["kernel", "iptables", "ebtables", "switches", "published", "rules"])
            _ = place[member];
        var switches = place["switches"].Object(SwitchNames);
        foreach (var one in Switch.All)
            _ = switches[one.Name];
        return Changed(HostProfile.Default, place);
    }

    /// <summary>A profile that states only its differences from the first.</summary>
    private HostProfile Changed(HostProfile basis, JsonPlace place)
    {
        string[] members = ["kernel", "iptables", "ebtables", "switches", "published", "rules"];
        place.Object(_version switch
        {
            4 => members,
            5 => [.. members, "registered"],
            _ => [.. members, "registered", "sockets"],
        });
        var profile = basis with
        {
            Kernel = place.Optional("kernel")?.Word(KernelVersion.Parse) ?? basis.Kernel,
            Iptables = place.Optional("iptables")?.Word(Backends.Parse) ?? basis.Iptables,
            Ebtables = place.Optional("ebtables")?.Word(Backends.Parse) ?? basis.Ebtables,
            Published = place.Optional("published")?.Each(PublishedOf) ?? basis.Published,
            Sockets = place.Optional("sockets")?.Each(SocketOf) ?? basis.Sockets,
            Rules = place.Optional("rules") is { } rules ? RulesOf(rules) : basis.Rules,
            Registered = place.Optional("registered") is { } order ? OrderOf(order) : basis.Registered,
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

    private static PublishedSocket SocketOf(JsonPlace place)
    {
        place.Object("port", "protocol", "ip", "read");
        return new(
            place["protocol"].Word(Protocols.Parse), place["ip"].Word(IpVersions.Parse), place["port"].Count(),
            place["read"].Bool());
    }

    private static RegistrationOrder OrderOf(JsonPlace place)
    {
        place.Object("listed", "steps");
        return new(place["steps"].Each(step => step.Each(one => one.Text())))
        {
            IsListed = place["listed"].Bool(),
        };
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
