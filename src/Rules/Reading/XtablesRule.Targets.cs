using Hooktrail.Rules.Known;

namespace Hooktrail.Rules.Reading;

/// <summary>The targets of all four tools.</summary>
internal sealed partial class XtablesRule
{
    /// <summary>The target's options with what they say, as they were written.</summary>
    private readonly OrderedDictionary<string, string> _options = [];

    private string? _unread;

    private IEnumerable<Rule> Made(IEnumerable<string> condition, ImmutableArray<Match> matches)
    {
        var target = TargetOf();
        if (_isEbtables && _jump == "mark" && target is MarkTarget)
            return MarkedFrame(condition, matches, target);
        if (target is UnknownTarget && Choices() is { } choices)
            return Each(choices, condition, matches);
        return [Rule(condition, matches, target, _action)];
    }

    /// <summary>
    /// The addresses and ports that NAT may choose from, as the option's words, each with its target; null if this is
    /// no such target, or they are too many. Which one a connection gets is not known (nf_nat_core.c,
    /// <c>find_best_ips_proto</c>).
    /// </summary>
    private (string Option, string Written, ImmutableArray<(string Text, Target Target)> All)? Choices()
    {
        ImmutableArray<string> options = _jump switch
        {
            "DNAT" => ["--to-destination"],
            "SNAT" => ["--to-source"],
            "REDIRECT" => ["--to-ports", "--to-port"],
            _ => [],
        };
        if (_options.Keys.FirstOrDefault(options.Contains) is not { } option
            || _options.Keys.Any(
                other => other != option && other is not ("--random" or "--random-fully" or "--persistent")))
            return null;
        var written = _options[option];
        var (address, port) = _jump == "REDIRECT" ? ("", written) : NatChoices.Parts(written);
        if (NatChoices.Addresses(address, _version, translation) is not { } addresses
            || NatChoices.Ports(port.Replace(':', '-'), translation) is not { } ports
            || addresses.Length * ports.Length is < 2 or > NatChoices.Most)
            return null;
        return (option, written,
        [
            .. from name in addresses
               from number in ports
               select (
                   _jump == "REDIRECT" ? NatChoices.Socket(null, number)[1..] : NatChoices.Socket(name, number),
                   _jump switch
                   {
                       "DNAT" => new DnatTarget(name, number),
                       "SNAT" => (Target)new SnatTarget(name, number),
                       _ => new RedirectTarget(number),
                   }),
        ]);
    }

    private IEnumerable<Rule> Each(
        (string Option, string Written, ImmutableArray<(string Text, Target Target)> All) choices,
        IEnumerable<string> condition, ImmutableArray<Match> matches)
    {
        var what = UnknownMatch.WhichOf + choices.Written;
        ImmutableArray<string> words = [.. condition];
        var before = _action.TakeWhile(word => word != choices.Option).ToList();
        var after = _action.Skip(before.Count + 2).ToList();
        foreach (var (at, (text, target)) in choices.All.Index())
        {
            var isLast = at == choices.All.Length - 1;
            yield return Rule(
                isLast ? words : [.. words, Unreadable, what],
                isLast ? matches : [.. matches, new UnknownMatch(what, false)],
                target,
                [.. before, choices.Option, text, .. after]);
        }
    }

    /// <summary>An option behind the target: the text of what it says is translated to the lab's names.</summary>
    private void TargetOption(string option, List<string> words, ImmutableArray<string> arguments)
    {
        if (arguments.Length > 0)
            arguments = arguments.SetItem(0, option switch
            {
                "--to-destination" or "--to-source" when !_isEbtables => NatText(arguments[0]),
                "--to-ports" or "--to-port" => translation.Ports(arguments[0]),
                "--to" when _jump == "NETMAP" => translation.Addresses(arguments[0], _version),
                _ => arguments[0],
            });
        _ours |= option is "--log-prefix" or "--nflog-prefix" or "--ulog-prefix"
            && OurTaps.Wrote(arguments.ElementAtOrDefault(0) ?? "");
        _action.AddRange([.. words[..(words.Count - arguments.Length)], .. arguments]);
        if (!_options.TryAdd(option, string.Join(' ', arguments)))
            _unread ??= $"{_jump} {option}";
    }

    private Target TargetOf()
    {
        if (_jump is null)
            return new ContinueTarget("");
        if (_jump == UnreadableTarget)
            return new UnknownTarget(_options.GetValueOrDefault("--text") ?? UnreadableTarget);
        if (_unread is not null)
            return new UnknownTarget(_unread);
        if (isChain(_jump))
            return _options.Count == 0 ? new JumpTarget(_jump, _goto) : UnknownOption([]);
        if (_isEbtables && _jump is "mark" or "redirect")
            return FrameTarget();
        return _jump switch
        {
            "ACCEPT" => With([], () => new AcceptTarget()),
            "DROP" => With([], () => new DropTarget()),
            "RETURN" => With([], () => new ReturnTarget()),
            "CONTINUE" when _isEbtables => With([], () => new ContinueTarget("CONTINUE")),
            "REJECT" => With(["--reject-with"], Reject),
            "MASQUERADE" =>
                With(["--to-ports", "--random", "--random-fully"], () => new MasqueradeTarget()),
            "REDIRECT" => With(["--to-ports", "--to-port", "--random", "--random-fully"], Redirect),
            "DNAT" => With(
                ["--to-destination", "--random", "--random-fully", "--persistent"],
                () => NatOf("--to-destination", (address, port) => new DnatTarget(address, port))),
            "SNAT" => With(
                ["--to-source", "--random", "--random-fully", "--persistent"],
                () => NatOf("--to-source", (address, port) => new SnatTarget(address, port))),
            "NETMAP" => With(["--to"], Netmap),
            "NOTRACK" => With([], () => new NotrackTarget()),
            "CT" => Tracking(),
            "MARK" => With(
                ["--set-xmark", "--set-mark", "--and-mark", "--or-mark", "--xor-mark"], () => Marked(
                    (value, mask) => new MarkTarget(value, mask))),
            "CONNMARK" => ConnectionMark(),
            "TTL" or "HL" => TimeToLive(),
            "DSCP" => With(["--set-dscp", "--set-dscp-class"], Dscp),
            "TOS" => With(["--set-tos", "--and-tos", "--or-tos", "--xor-tos"], TypeOfService),
            "SET" => With(
                ["--add-set", "--del-set", "--exist", "--timeout"], () => new ContinueTarget("SET")),
            _ when XtablesWords.Continues(_jump) => new ContinueTarget(_jump),
            _ when _options.Count == 0 && !XtablesWords.IsTarget(_jump) =>
                new UnknownTarget(_jump) { IsMissingChain = true },
            _ => UnknownOption([]),
        };
    }

    /// <summary>The target, if it has no other options than these and they can be read.</summary>
    private Target With(ImmutableArray<string> options, Func<Target?> target) =>
        _options.Keys.All(options.Contains) && target() is { } known ? known : UnknownOption(options);

    private UnknownTarget UnknownOption(ImmutableArray<string> known)
    {
        var (option, argument) = _options.FirstOrDefault(one => !known.Contains(one.Key));
        if (option is not null)
            return new($"{_jump} {option}");
        (option, argument) = _options.FirstOrDefault();
        return new(option is null ? _jump! : $"{_jump} {option} {argument}".TrimEnd());
    }

    private RejectTarget? Reject() => _options.GetValueOrDefault("--reject-with") switch
    {
        null => new(_version == IpVersion.V4 ? "icmp-port-unreachable" : "icmp6-port-unreachable"),
        var with => RejectWords.Parse(with, _version) is { } full ? new(full) : null,
    };

    private RedirectTarget? Redirect()
    {
        if ((_options.GetValueOrDefault("--to-ports") ?? _options.GetValueOrDefault("--to-port")) is not { } ports)
            return new((int?)null);
        return NameTranslation.Ranges(ports) is [var only] && only.First == only.Last ? new(only.First) : null;
    }

    private Target? NatOf(string option, Func<string?, int?, Target> target) =>
        _options.TryGetValue(option, out var to) && NatOf(to) is var (address, port) ? target(address, port) : null;

    /// <summary>
    /// Each address becomes that of the network with the same last bits, by nothing but those (xt_NETMAP.c). A network
    /// of one address is a plain NAT; of a wider one the lab has no names.
    /// </summary>
    private Target? Netmap()
    {
        if (!_options.TryGetValue("--to", out var to))
            return null;
        var address = AddressRange.TryParse(to, out var range) ? range.IsOne ? range.First.ToString() : null
            : LabAddressNames.IsName(to) ? to
            : null;
        return address is null ? null
            : chain.Name is "POSTROUTING" or "INPUT" ? new SnatTarget(address, null)
            : chain.Name is "PREROUTING" or "OUTPUT" ? new DnatTarget(address, null)
            : null;
    }

    private Target Tracking()
    {
        if (_options.ContainsKey("--notrack"))
            return With(["--notrack"], () => new NotrackTarget());
        // Which events a program is told of changes no packet's way.
        return With(["--ctevents", "--expevents"], () => _options.Count > 0 ? new ContinueTarget("CT") : null);
    }

    /// <summary>
    /// mark = (mark and not mask) xor value; libxt_MARK.c and libxt_CONNMARK.c translate the other words.
    /// </summary>
    private Target? Marked(Func<uint, uint, Target> target)
    {
        if (_options.Count != 1)
            return null;
        var (option, argument) = _options.First();
        return MarkOf(argument) is not var (value, mask) ? null : option switch
        {
            "--set-xmark" => target(value, mask),
            "--set-mark" => target(value, mask | value),
            "--and-mark" => target(0, ~value),
            "--or-mark" => target(value, value),
            "--xor-mark" => target(value, 0),
            _ => null,
        };
    }

    private Target ConnectionMark()
    {
        var saves = _options.ContainsKey("--save-mark");
        if (!saves && !_options.ContainsKey("--restore-mark"))
            return With(
                ["--set-xmark", "--set-mark", "--and-mark", "--or-mark", "--xor-mark"],
                () => Marked((value, mask) => new ConnectionMarkTarget(MarkStep.Set, value, mask, 0)));
        return With([saves ? "--save-mark" : "--restore-mark", "--nfmask", "--ctmask", "--mask"], () =>
        {
            uint? Mask(string option) =>
                (_options.GetValueOrDefault(option) ?? _options.GetValueOrDefault("--mask")) is { } text
                    ? NftNumber.Parse(text)
                    : uint.MaxValue;
            return (Mask("--nfmask"), Mask("--ctmask")) is ({ } packet, { } connection)
                ? new ConnectionMarkTarget(
                    saves ? MarkStep.Save : MarkStep.Restore,
                    0,
                    saves ? connection : packet,
                    saves ? packet : connection)
                : null;
        });
    }

    private Target TimeToLive()
    {
        var name = _jump == "TTL" ? "--ttl" : "--hl";
        return With([$"{name}-set", $"{name}-inc", $"{name}-dec"], () =>
            _options.Count != 1 || Number(_options.Values.First()) is not { } by ? null
            : _options.Keys.First().EndsWith("-set", StringComparison.Ordinal) ? new TtlTarget(by)
            : new TtlChangeTarget(_options.Keys.First().EndsWith("-inc", StringComparison.Ordinal) ? by : -by));
    }

    private DscpTarget? Dscp() =>
        _options.Count == 1 && DscpWords.Parse(_options.Values.First().ToLowerInvariant()) is { } value
            ? new(value, 63)
            : null;

    /// <summary>
    /// tos = (tos and not mask) xor value (xt_DSCP.c, <c>tos_tg</c>). A target that may set a bit of ECN is not
    /// modelled.
    /// </summary>
    private DscpTarget? TypeOfService()
    {
        if (_options.Count != 1 || TosWords.Parse(_options.Values.First()) is not var (value, mask))
            return null;
        (value, mask) = _options.Keys.First() switch
        {
            "--and-tos" => (0, ~value & 255),
            "--or-tos" => (value, value),
            "--xor-tos" => (value, 0),
            _ => (value, mask),
        };
        return (value & 3) == 0 ? new(value >> 2, mask >> 2) : null;
    }

    private Target FrameTarget()
    {
        if (_jump == "redirect")
            return With(
                ["--redirect-target"],
                () => _options.GetValueOrDefault("--redirect-target") is null or "ACCEPT"
                    ? new BridgeRedirectTarget()
                    : null);
        return With(["--mark-set", "--set-mark", "--mark-or", "--mark-and", "--mark-xor", "--mark-target"], () =>
        {
            var setting = _options.Where(one => one.Key != "--mark-target").ToList();
            return setting.Count != 1 || MarkOf(setting[0].Value) is not var (value, _) || AfterMark is null ? null
                : setting[0].Key switch
                {
                    "--mark-or" => new MarkTarget(value, value),
                    "--mark-and" => new MarkTarget(0, ~value),
                    "--mark-xor" => new MarkTarget(value, 0),
                    _ => new MarkTarget(value, uint.MaxValue),
                };
        });
    }

    /// <summary>net/bridge/netfilter/ebt_mark.c: without --mark-target the frame is then accepted.</summary>
    private Target? AfterMark => _options.GetValueOrDefault("--mark-target") switch
    {
        null or "ACCEPT" => new AcceptTarget(),
        "DROP" => new DropTarget(),
        "RETURN" => new ReturnTarget(),
        "CONTINUE" => new ContinueTarget(""),
        _ => null,
    };

    private IEnumerable<Rule> MarkedFrame(IEnumerable<string> condition, ImmutableArray<Match> matches, Target mark)
    {
        if (AfterMark is not { } after || after is ContinueTarget)
            return [Rule(condition, matches, mark, _action)];
        // The matches of a second rule would test the new mark, but they saw the old one.
        if (matches.OfType<MarkMatch>().Any())
            return [Rule(condition, matches, new UnknownTarget("mark"), _action)];
        var setting = _options.First(one => one.Key != "--mark-target");
        var watched = _action.TakeWhile(word => word != "-j").ToList();
        return
        [
            Rule(
                condition, matches, mark,
                [.. watched, "-j", "mark", setting.Key, setting.Value, "--mark-target", "CONTINUE"]),
            Rule(condition, matches, after, ["-j", _options.GetValueOrDefault("--mark-target") ?? "ACCEPT"]),
        ];
    }

    private string NatText(string printed)
    {
        var (address, port) = NatChoices.Parts(printed);
        if (AddressRange.TryParse(address, out var range) && range.IsOne)
            address = range.First.ToString();
        if (address.Length > 0 && !address.Contains('-'))
            address = translation.Addresses(address, _version);
        if (port.Length > 0)
            port = translation.Port(port);
        return port.Length == 0 ? address : address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}";
    }

    /// <summary>
    /// Of several addresses or ports, which one a connection gets is not known (nf_nat_core.c,
    /// <c>find_best_ips_proto</c>).
    /// </summary>
    private static (string? Address, int? Port)? NatOf(string translated)
    {
        var (address, port) = NatChoices.Parts(translated);
        if (AddressRange.TryParse(address, out var range) && !range.IsOne)
            return null;
        if (port.Length == 0)
            return (address.Length == 0 ? null : address, null);
        return NameTranslation.Ranges(port) is [var only] && only.First == only.Last
            ? (address.Length == 0 ? null : address, only.First)
            : null;
    }
}
