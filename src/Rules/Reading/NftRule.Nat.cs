namespace Hooktrail.Rules.Reading;

/// <summary>Statements that rewrite the addresses of a connection.</summary>
internal sealed partial class NftRule
{
    private void Redirect()
    {
        if (!Take("to"))
        {
            Skip();
            Do("redirect", new RedirectTarget(null));
            return;
        }

        var written = Next().TrimStart(':');
        Skip();
        if (written.Length > 0 && NatChoices.Ports(written, table.Translation) is { } ports)
            Choose(
                $"a port of {written}",
                [.. ports.Select(port => ($"redirect to :{port}", (Target)new RedirectTarget(port)))]);
        else
            Do($"redirect to :{written}", new UnknownTarget("redirect"));
    }

    /// <summary>
    /// One of several actions, and the kernel decides which: each but the last has an unknown match.
    /// </summary>
    private void Choose(string what, ImmutableArray<(string Text, Target Target)> choices) =>
        ForEach(choices.Index(), choice =>
        {
            if (choice.Index < choices.Length - 1)
                Add(Unread(what));
            Do(choice.Item.Text, choice.Item.Target);
        });

    private void Nat(string word)
    {
        var version = table.Version;
        var text = word;
        if (Peek() is "ip" or "ip6")
        {
            var family = Next();
            version = family == "ip" ? IpVersion.V4 : IpVersion.V6;
            if (table.Version is null)
            {
                Require(version.Value);
                text += " " + family;
            }
        }

        // dnat ip prefix to ip daddr map { 10.0.0.0/24 : 10.1.0.0/24 }; dnat ip addr . port to tcp dport map @services
        if (At("addr"))
            while (Peek().Length > 0 && Peek() != "to")
                _at++;
        if (version is null || !Take("to"))
        {
            Do(Rest(word), new UnknownTarget(word));
            return;
        }

        if (!tokens[_at..].Any(token => token.Is("map")))
        {
            To(word, text, Next(), version.Value);
            Skip();
            return;
        }

        // dnat to tcp dport map { 8080 : 172.18.0.2 . 80 }
        var selectors = Selectors();
        if (selectors is null || !Take("map") || IsUnknownSet)
        {
            Do(Rest(word), new UnknownTarget(word));
            return;
        }

        ForEach(selectors, Ordered(Elements()), value =>
        {
            var words = value.Where(token => !token.Is(".")).Select(token => token.Text).ToArray();
            To(word, text, words is [var address, var port]
                ? address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}"
                : string.Concat(words), version.Value);
        });
        Skip();
    }

    private void To(string word, string text, string to, IpVersion version)
    {
        var (address, port) = NatChoices.Parts(to);
        var addresses = NatChoices.Addresses(address, version, table.Translation);
        var ports = NatChoices.Ports(port, table.Translation);
        if (addresses is null || ports is null || addresses.Value.Length * ports.Value.Length > NatChoices.Most
            || addresses is [null] && word == "snat" && ports is [null])
        {
            Do($"{text} to {to}", new UnknownTarget(word));
            return;
        }

        Choose(
            $"an address of {to}",
            [.. from name in addresses.Value
                from number in ports.Value
                let target = word == "dnat" ? new DnatTarget(name, number) : (Target)new SnatTarget(name, number)
                select ($"{text} to {NatChoices.Socket(name, number)}", target)]);
    }
}
