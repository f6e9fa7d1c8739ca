using Hooktrail.Rules.Known;

namespace Hooktrail.Tests.Rules;

/// <summary>
/// Options as people write them: iptables takes the beginning of a long option for the whole where one alone begins so.
/// </summary>
public class OptionNamesTests
{
    [TestCase("-p tcp --dpo 80 -j DROP", "-p tcp --dport 80 -j DROP")]
    [TestCase("-m state --st NEW --j DROP", "-m state --state NEW -j DROP")]
    [TestCase("--sour 10.0.0.1 --ju DROP", "-s 10.0.0.1 -j DROP")]
    [TestCase("-p tcp --sou 10.0.0.1 -j DROP", "-p tcp -s 10.0.0.1 -j DROP")]
    [TestCase("-p tcp --dp 80 -m multiport --sports 3 -j DROP", "-p tcp --dport 80 -m multiport --sports 3 -j DROP")]
    [TestCase("--in- eth0 -j DROP", "-i eth0 -j DROP")]
    [TestCase("-m limit --limit 3/s --ju DROP", "-m limit --limit 3/s -j DROP")]
    [TestCase("-m policy --di in --pol none -j DROP", "-m policy --dir in --pol none -j DROP")]
    [TestCase("-m policy --dir in --pol ipsec --proto esp -j DROP", "-m policy --dir in --pol ipsec --proto esp -j DROP")]
    [TestCase("-m rpfilter --inv -j DROP", "-m rpfilter --invert -j DROP")]
    [TestCase("-p tcp -j DNAT --to 10.0.0.1:80", "-p tcp -j DNAT --to-destination 10.0.0.1:80")]
    [TestCase("-p tcp -j REDIRECT --to 80", "-p tcp -j REDIRECT --to-ports 80")]
    [TestCase("-p tcp --dport=80 -j DROP", "-p tcp --dport 80 -j DROP")]
    [TestCase("-p udp -j LOG --log-pre \"-j DROP\"", "-p udp -j LOG --log-prefix \"-j DROP\"")]
    [TestCase("-m comment --com \"--jump ACCEPT\" -j DROP", "-m comment --comment \"--jump ACCEPT\" -j DROP")]
    [TestCase("-fj DROP", "-f -j DROP")]
    [TestCase("-w 5 -v -s 10.0.0.3 -j DROP", "-s 10.0.0.3 -j DROP")]
    public void Is_read_as_iptables_reads_it(string written, string printed) =>
        Assert.That(Read(Layer.Iptables, written), Is.EqualTo(Read(Layer.Iptables, printed)));

    [TestCase(Layer.Ebtables, "-pipv4 --ju DROP", "-p ipv4 -j DROP")]
    [TestCase(Layer.Arptables, "--source-i 10.0.0.1 --j DROP", "--src-ip 10.0.0.1 -j DROP")]
    public void Is_read_as_its_relatives_read_it(Layer layer, string written, string printed) =>
        Assert.That(Read(layer, written), Is.EqualTo(Read(layer, printed)));

    [TestCase("-m conntrack --ctst NEW -j DROP", "-m conntrack --ctst")]
    [TestCase("--in eth0 -j DROP", "--in")]
    [TestCase("-p tcp -m tcp --sou 10.0.0.1 -j DROP", "-m tcp --sou")]
    [TestCase("-p tcp -m tcp -m multiport --dpor 3 -j DROP", "-m multiport --dpor")]
    public void What_may_be_two_options_is_unknown(string written, string name) => Assert.That(
        Read(Layer.Iptables, written).Matches.OfType<UnknownMatch>().Select(match => match.Name),
        Is.EqualTo(new[] { name }));

    [Test]
    public void A_table_behind_the_chain_is_no_match() => Assert.That(
        () => Read(Layer.Iptables, "-t nat -j DROP"),
        Throws.TypeOf<HooktrailException>().With.Message.Contains("the table nat is named behind the chain"));

    /// <summary>
    /// Each option of the table's examples, as short as one option alone begins so: iptables makes the same rule of
    /// it, and the reader too. One letter less, and iptables refuses it, or it is another option.
    /// </summary>
    [Test]
    public void Each_option_may_be_as_short_as_iptables_allows()
    {
        var examples = XtablesWords.Matches.SelectMany(word => word.Examples.Select(one => $"{one} -j ACCEPT"))
            .Concat(XtablesWords.Targets.SelectMany(word => word.Examples))
            .Where(one => one.Contains("--", StringComparison.Ordinal))
            .ToList();
        var shortened = examples.SelectMany(example => Shortened(example).Select(one => (example, one.Short, one.Shorter)))
            .ToList();
        var script = string.Join('\n', shortened.SelectMany(one => new[]
        {
            Made(one.example), Made(one.Short), one.Shorter is null ? "echo refused" : Made(one.Shorter),
        }));

        var said = PrivateNamespace.Run(
            ". ./rules",
            ("rules", $"type ipset >/dev/null 2>&1 && ipset create known hash:ip && ipset create any hash:ip\n{script}"))
            .Split('\n');

        var checkedOnes = 0;
        for (var at = 0; at < shortened.Count; at++)
        {
            var (whole, brief, briefer) = (said[3 * at], said[3 * at + 1], said[3 * at + 2]);
            // Not every machine has every extension.
            if (whole == "refused")
                continue;
            checkedOnes++;
            Assert.That(brief, Is.EqualTo(whole), shortened[at].Short);
            Assert.That(briefer, Is.Not.EqualTo(whole), shortened[at].Shorter);
        }

        Assert.That(checkedOnes, Is.GreaterThan(30));
    }

    /// <summary>What iptables makes of a rule, in a line.</summary>
    private static string Made(string rule)
    {
        var line = rule.Replace("OWN", "ACCEPT", StringComparison.Ordinal);
        var (table, hook) = line switch
        {
            _ when line.Contains("SNAT", StringComparison.Ordinal) || line.Contains("MASQ", StringComparison.Ordinal) => ("nat", "POSTROUTING"),
            _ when line.Contains("DNAT", StringComparison.Ordinal) || line.Contains("REDIR", StringComparison.Ordinal) || line.Contains("NETMAP", StringComparison.Ordinal) => ("nat", "OUTPUT"),
            _ when line.Contains("-j CT", StringComparison.Ordinal) || line.Contains("NOTRACK", StringComparison.Ordinal) || line.Contains("rpfilter", StringComparison.Ordinal) => ("raw", "PREROUTING"),
            _ when line.Contains("REJECT", StringComparison.Ordinal) || line.Contains("owner", StringComparison.Ordinal) => ("filter", "OUTPUT"),
            _ => ("mangle", "PREROUTING"),
        };
        return $"echo \"$(iptables -t {table} -A {hook} {line} 2>/dev/null && iptables -t {table} -S {hook} || echo refused)\" | tail -n 1";
    }

    /// <summary>The rule with one option shortened, as far as the reader takes it, and one letter further.</summary>
    private static IEnumerable<(string Short, string? Shorter)> Shortened(string example)
    {
        var words = example.Split(' ');
        for (var at = 0; at < words.Length; at++)
            if (words[at] is ['-', '-', _, ..])
            {
                var option = words[at];
                bool Reads(int length) => Same(example, With(option[..length]));
                var shortest = Enumerable.Range(3, option.Length - 3).FirstOrDefault(Reads, option.Length);
                if (shortest < option.Length)
                    yield return (
                        With(option[..shortest]),
                        shortest > 3 && option[..(shortest - 1)] != "--help" ? With(option[..(shortest - 1)]) : null);

                string With(string word) => string.Join(' ', [.. words[..at], word, .. words[(at + 1)..]]);
            }
    }

    private static bool Same(string one, string other)
    {
        try
        {
            return All(Layer.Iptables, one).SequenceEqual(All(Layer.Iptables, other));
        }
        catch (HooktrailException)
        {
            return false;
        }
    }

    private static Rule Read(Layer layer, string rule) => All(layer, rule).Single();

    private static ImmutableArray<Rule> All(Layer layer, string rule) => RuleReader.Xtables(
        layer, ["*filter", ":CALLER -", ":OWN -", $"-A CALLER {rule}"], TestHost.Instance, "a file")
        .Find(new(layer, "filter", "CALLER"))!.Rules;
}
