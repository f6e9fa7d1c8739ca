using System.Net;
using System.Text.RegularExpressions;
using Hooktrail.Labs;
using Hooktrail.Observation;

namespace Hooktrail.Docker.Lab;

/// <summary>
/// Writes each change to the run's journal first, so that it is undone even after a kill (image/leave.sh).
/// </summary>
internal sealed partial class LabChanges(
    RunId run, Shell probe, LabAddresses addresses, Backend iptables, Backend ebtables)
{
    // An nf_tables comment has at most 127 characters (libnftnl, NFTNL_UDATA_COMMENT_MAXLEN).
    private const int LongestComment = 100;

    private readonly string _journal = $"hooktrail-{run}";
    private readonly IPNetwork[] _networks = [.. addresses.Destinations.Select(text => IPNetwork.Parse(text))];
    private int _changes;

    /// <summary>The result undoes the change.</summary>
    /// <exception cref="CannotChangeException">It would affect more than the lab's packets.</exception>
    /// <exception cref="HooktrailException">A tool refused it.</exception>
    public async Task<IAsyncDisposable> MakeAsync(HostChange change, CancellationToken cancellation) => change switch
    {
        HostChange.Turn(var one, var on) => await TurnAsync(one, on, cancellation).ConfigureAwait(false),
        HostChange.Rule(var command) => await AddAsync(command, cancellation).ConfigureAwait(false),
        HostChange.NftTable(var text) => await AddTableAsync(text, cancellation).ConfigureAwait(false),
        HostChange.Sets(var text) => await AddSetsAsync(text, cancellation).ConfigureAwait(false),
        _ => throw new InvalidOperationException($"Unknown change {change}."),
    };

    // These devices belong to the lab and end with it.
    private async Task<IAsyncDisposable> TurnAsync(Switch one, bool on, CancellationToken cancellation)
    {
        static string Word(bool on) => on ? "on" : "off";
        string Script(bool on) => one.Name == "hairpin"
            ? string.Join('\n', addresses.PortDevices.Values.Select(
                port => $"ip link set {port} type bridge_slave hairpin {Word(on)} || exit"))
            : string.Join('\n', addresses.Networks.Select(
                network => $"ip link set {addresses.Device(network)} promisc {Word(on)} || exit"));
        await probe.RunAsync($"turn {one} {Word(on)}", Script(on), cancellation).ConfigureAwait(false);
        return new Undo(probe, Script(!on));
    }

    private async Task<IAsyncDisposable> AddAsync(string command, CancellationToken cancellation)
    {
        var (tool, add, delete) = LabWords.Xtables(command, addresses);
        if (!IsOfLab(add) && !LabWords.Words(add).Any(word => word is "-N" or "--new-chain"))
            throw new CannotChangeException(
                $"The rule \"{command}\" could match packets from outside the lab: name a device or an address of the lab in it, "
                + "or use a private host, or --lab namespaces.");
        if (tool == "arptables"
            && (await probe.TryAsync("nft list table arp filter", cancellation).ConfigureAwait(false)).Status != 0)
            throw new CannotChangeException(
                "arptables is not in use on this host, and its table could not be removed afterwards; use a private host, or --lab namespaces.");
        var program = LabWords.Program(tool, iptables, ebtables);
        if (program.StartsWith("ip", StringComparison.Ordinal))
            program += " " + HostTools.InTurn;
        add = await BehindTapsAsync(program, add, cancellation).ConfigureAwait(false);
        return await JournaledAsync(
            $"add the rule \"{command}\"",
            LabWords.Adding(program, add),
            [$"{program} {delete}"],
            cancellation).ConfigureAwait(false);
    }

    // A rule inserted at the top would hide its packets from the taps that are there already, so it goes after them.
    private async Task<string> BehindTapsAsync(string program, string add, CancellationToken cancellation)
    {
        if (Insertion().Match(add) is not { Success: true } insertion)
            return add;
        var (table, chain, number) =
            (insertion.Groups["table"].Value, insertion.Groups["chain"].Value, insertion.Groups["number"]);
        var list = program.StartsWith("ebtables", StringComparison.Ordinal) ? "-L" : "-S";
        var (_, lines) = await probe.TryAsync(
            $"{program}{(table.Length > 0 ? $" -t {table}" : "")} {list} {chain}", cancellation).ConfigureAwait(false);
        var behind = lines.Count(line => Tap().IsMatch(line)) + (number.Success
            ? int.Parse(number.Value, CultureInfo.InvariantCulture)
            : 1);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{insertion.Value} {behind}{add[(insertion.Length + (number.Success ? number.Length + 1 : 0))..]}");
    }

    private async Task<IAsyncDisposable> AddTableAsync(string text, CancellationToken cancellation)
    {
        var tables = LabWords.TablesOf(text);
        var written = LabWords.Nft(text, addresses);
        if (OthersRule(written) is { } rule)
            throw new CannotChangeException(
                $"\"{rule}\" in an nft table could match packets from outside the lab: name a device or an address of the lab "
                + "in each rule and use only the policy accept, or use a private host, or --lab namespaces.");
        foreach (var table in tables)
            if ((await probe.TryAsync($"nft list table {table}", cancellation).ConfigureAwait(false)).Status == 0)
                throw new HooktrailException($"The host already has a table {table}; use another name.");
        return await JournaledAsync(
            "add a table of nft",
            $"nft -f - <<'END'\n{written}\nEND\n",
            [.. tables.Select(table => $"nft delete table {table}")],
            cancellation).ConfigureAwait(false);
    }

    private async Task<IAsyncDisposable> AddSetsAsync(string text, CancellationToken cancellation)
    {
        var written = LabWords.Sets(text, addresses);
        var sets = LabWords.SetsOf(written);
        // Before the journal is written: what it names is removed if this run is killed.
        foreach (var set in sets)
            if ((await probe.TryAsync($"ipset list {set} -name", cancellation).ConfigureAwait(false)).Status == 0)
                throw new HooktrailException($"The host already has a set {set}; use another name.");
        return await JournaledAsync(
            "make sets of ipset",
            LabWords.Making(written),
            [.. sets.Reverse().Select(set => $"ipset destroy {set}")],
            cancellation).ConfigureAwait(false);
    }

    private async Task<IAsyncDisposable> JournaledAsync(
        string what, string forth, string[] back, CancellationToken cancellation)
    {
        var notes = back.Select(command =>
            (Chain: string.Create(CultureInfo.InvariantCulture, $"undo.{++_changes}"), Command: command)).ToList();
        var journal = string.Concat(notes.Select(note =>
            $"add chain inet {_journal} {note.Chain}\n"
            + string.Concat(note.Command.Chunk(LongestComment)
                .Select(part => $"add rule inet {_journal} {note.Chain} counter comment \"{new string(part)}\"\n"))));
        await probe.RunAsync(
            "write the journal", $"nft -f - <<'END'\n{journal}END\n", cancellation).ConfigureAwait(false);
        var forget = string.Concat(notes.Select(
            note => $"nft flush chain inet {_journal} {note.Chain}; nft delete chain inet {_journal} {note.Chain}\n"));
        try
        {
            await probe.RunAsync(what, forth, cancellation).ConfigureAwait(false);
        }
        catch (HooktrailException e)
        {
            await probe.RunAsync("write the journal", forget, CancellationToken.None).ConfigureAwait(false);
            if (LabWords.Lack(e.Message) is { } lack)
                throw lack;
            throw;
        }

        return new Undo(probe, string.Concat(back.Select(command => command + " || exit\n")) + forget);
    }

    // Whether the rule requires a device or an address of the lab. A negated match does not count.
    private bool IsOfLab(string rule)
    {
        var words = LabWords.Words(rule);
        for (var i = 1; i < words.Length; i++)
            if (Asks().IsMatch(words[i - 1]) && (i < 2 || words[i - 2] != "!") && IsOurs(words[i]))
                return true;
        return false;
    }

    private bool IsOurs(string word) =>
        addresses.Networks.Add(LabNames.WanNic)
            .Select(addresses.Device)
            .Concat(addresses.PortDevices.Values)
            .Contains(word)
        || (IPNetwork.TryParse(word.Contains('/') ? word : $"{word}/{(word.Contains(':') ? 128 : 32)}", out var network)
            && _networks.Any(own => own.Contains(network.BaseAddress) && own.PrefixLength <= network.PrefixLength));

    // The first rule of the text that does not require the lab's devices or addresses. A chain on a device of the lab
    // sees only the lab's packets.
    private string? OthersRule(string text)
    {
        var ofDevice = false;
        foreach (var part in text.Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var statement = Opening().Replace(part, match =>
            {
                ofDevice &= !match.Value.Contains("chain", StringComparison.Ordinal);
                return "";
            }).Trim(' ', '\t', '}');
            if (statement.StartsWith("type ", StringComparison.Ordinal))
                ofDevice = NftDevice().Match(statement) is { Success: true } device && IsOurs(device.Groups[1].Value);
            else if (statement.StartsWith("policy ", StringComparison.Ordinal)
                     ? statement != "policy accept" && !ofDevice
                     : statement.Length > 0 && !ofDevice && !NftWord()
                         .Matches(statement)
                         .Any(word => word.Groups[1].Value != "!=" && IsOurs(word.Groups[2].Value)))
                return statement;
        }

        return null;
    }

    [GeneratedRegex(
        @"\A(-i|-o|--(in|out)-interface|--physdev-(in|out)|--logical-(in|out)|-s|-d|--source|--destination|--src|--dst|--(ip6?|arp-ip)-(src|dst|source|destination)|--(src|dst)-ip)\z")]
    private static partial Regex Asks();

    [GeneratedRegex(@"\A(?:-t (?<table>\S+) )?-I (?<chain>\S+)(?=(?: (?<number>[0-9]+))? -)")]
    private static partial Regex Insertion();

    [GeneratedRegex(""" --log-prefix "ht[a-z0-9]{5} """)]
    private static partial Regex Tap();

    [GeneratedRegex(@"\A\s*(table\s+\S+\s+\S+\s*\{\s*)?(chain\s+\S+\s*\{\s*)?")]
    private static partial Regex Opening();

    [GeneratedRegex("""\bdevice "([^"]+)""")]
    private static partial Regex NftDevice();

    [GeneratedRegex("""\b(?:iifname|oifname|iif|oif|ibrname|obrname|saddr|daddr)\s+(?:ip\s+)?(!=\s+)?"?([^\s"]+)""")]
    private static partial Regex NftWord();

    private sealed class Undo(Shell shell, string script) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() =>
            await shell.RunAsync("take a change back", script).ConfigureAwait(false);
    }
}
