using System.Text;

namespace Hooktrail.Tests.Rules;

public class AnyTextTests
{
    private static readonly string[] Words =
    [
        "-A", "-j", "-g", "!", "-s", "-d", "-i", "-o", "-p", "-m", "tcp", "udp", "set",
        "limit", "conntrack", "--ctstate", "NEW", "--dport", "80", "1:2", ":", "-",
        "--mark", "0x1/0xf", "--log-prefix", "\"", "\\", "ACCEPT", "DROP", "REJECT",
        "DNAT", "--to-destination", "172.30.0.3:80", "[fd00::3]:80", "MARK", "--set-xmark",
        "mark", "--mark-set", "--mark-target", "--redirect-target", "redirect", "LOG",
        "*filter", ":OWN -", "OWN", "FORWARD", "COMMIT", "172.30.0.0/24", "0.0.0.0/0", "::/0",
        "fe80::/10", "1.2.3.4/255.0.255.0", "a-b", ",", "", "--tcp-flags", "ALL",
        "--icmp-type", "any", "--ttl-lt", "0", "br-+", "+", "*", "lab", "client,server", "\"a b\"",
        "table", "ip", "inet", "bridge", "t", "{", "}", "chain", "c", "map", "vmap", "@m",
        "elements", "=", "type", "filter", "hook", "forward", "priority", "policy", "drop", ";", "\n",
        "accept", "jump", "counter", "log", "prefix", "ct", "state", "new", "iifname", "saddr",
        "daddr", "10.0.0.1", "dport", "!=", "==", "<", ".", "(", ")", "|", "&", "/", "fib",
        "dnat", "to", "redirect", "reject", "with", "icmp", "icmpx", "tcp", "reset", "meta", "flags",
        "fin", "syn", "xt", "comment", "\"x\"", "arp", "operation", "request", "snat", "masquerade",
    ];

    private static readonly Layer[] Layers = Enum.GetValues<Layer>();

    [Test]
    public void Any_words_are_read_or_refused([Range(1, 12)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 3000; round++)
        {
            var layer = Layers[random.Next(Layers.Length)];
            Try(layer, Sentence(layer, random));
        }
    }

    [Test]
    public void Any_characters_are_read_or_refused([Range(1, 4)] int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 3000; round++)
        {
            var text = new StringBuilder();
            for (var count = random.Next(60); count > 0; count--)
                text.Append((char)random.Next(1, 128));
            foreach (var layer in Layers)
                Try(layer, text.ToString());
            TryJson(text.ToString());
        }
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("{\"nftables\": 3}")]
    [TestCase("{\"nftables\": [3]}")]
    [TestCase("{\"nftables\": [{\"table\": 3}]}")]
    [TestCase("{\"nftables\": [{\"table\": {\"family\": \"ip\"}}]}")]
    [TestCase("{\"nftables\": [{\"table\": {\"family\": \"ip\", \"name\": \"t\"}}, {\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"hook\": 3, \"prio\": \"x\", \"type\": null}}]}")]
    [TestCase("{\"nftables\": [{\"table\": {\"family\": \"ip\", \"name\": \"t\"}}, {\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\"}}, {\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"c\", \"expr\": [{\"match\": {}}, 3, {}]}}]}")]
    public void Any_JSON_is_read_or_refused(string json) => TryJson(json);

    private static string Sentence(Layer layer, Random random)
    {
        var text = new StringBuilder(layer == Layer.Nftables
            ? "table inet t {\nmap m {\nelements = { 80 : drop }\n}\nchain c {\n"
            : "*filter\n:OWN -\n-A OWN ");
        for (var count = random.Next(12); count > 0; count--)
            text.Append(Words[random.Next(Words.Length)]).Append(' ');
        return text.Append(layer == Layer.Nftables ? "\n}\n}\n" : "\n").ToString();
    }

    private static void Try(Layer layer, string text)
    {
        RuleSet read;
        try
        {
            read = layer == Layer.Nftables
                ? RuleReader.Nftables(text.Split('\n'), TestHost.Instance, "text")
                : RuleReader.Xtables(layer, text, TestHost.Instance);
        }
        catch (HooktrailException refused)
        {
            Assert.That(refused.Message, Is.Not.Empty);
            return;
        }

        var written = RuleText.Write(read, layer);
        Assert.That(
            RuleText.Read(layer, written, "text"),
            Is.EqualTo(read),
            () => $"{text}\nwas written as\n{string.Join('\n', written)}");
    }

    private static void TryJson(string json)
    {
        try
        {
            RuleReader.NftJson(json, TestHost.Instance);
        }
        catch (HooktrailException refused)
        {
            Assert.That(refused.Message, Does.Contain("nft -j"));
        }
    }
}
