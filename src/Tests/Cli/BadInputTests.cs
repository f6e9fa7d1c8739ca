namespace Hooktrail.Tests.Cli;

[TestFixture]
public class BadInputTests
{
    private const string Observe = "observe --from client --to server --protocol icmp";
    private const string Ping = "predict --from client --to server --protocol icmp";

    [TestCase("", "No verb given; use one of predict, observe, explain")]
    [TestCase("pridict", "Unknown verb \"pridict\"; the verbs are predict, observe, explain")]
    [TestCase("--colour", "Unknown verb \"--colour\"")]
    [TestCase("predict", "Option '--from' is required; see ./specs predict --help.")]
    [TestCase("predict --from client --to nobody --protocol icmp", "Unknown endpoint \"nobody\"; the endpoints are client, server, stranger, left, right, insider, host, hosted, wan.")]
    [TestCase("predict --from nobody --to server --protocol icmp", "Unknown endpoint \"nobody\"")]
    [TestCase("predict --from client --to server --protocol smoke", "Unknown protocol \"smoke\"; the protocols are icmp, udp, tcp, arp.")]
    [TestCase(Ping + " --leg up", "Unknown leg \"up\"; a leg is a request, a reply or an error.")]
    [TestCase(Ping + " --packet 0", "\"0\" is not the number of a packet; write a whole number from 1 to 2147483647.")]
    [TestCase(Ping + " --port 70000", "\"70000\" is not a port; write a whole number from 1 to 65535.")]
    [TestCase(Ping + " --ttl 0", "\"0\" is not a TTL; write a whole number from 1 to 255.")]
    [TestCase(Ping + " --ip ipv5", "Unknown version of IP \"ipv5\"; it is ipv4 or ipv6.")]
    [TestCase(Ping + " --via nowhere", "Unknown address \"nowhere\"; the addresses of the lab are ")]
    [TestCase(Ping + " --docker new", "Unknown release of Docker \"new\"; write its version")]
    [TestCase(Ping + " --packet x", "\"x\" is not the number of a packet")]
    [TestCase(Ping + " --packet -1", "\"-1\" is not the number of a packet")]
    [TestCase(Ping + " --packet 99999999999", "\"99999999999\" is not the number of a packet")]
    [TestCase(Ping + " --packet", "Required argument missing for option: '--packet'; see ./specs predict --help.")]
    [TestCase(Ping + " --kernel new", "\"new\" is not a kernel version; write one such as 6.12 or 6.1.176.")]
    [TestCase(Ping + " --iptables old", "Unknown backend \"old\"; a backend is nft or legacy.")]
    [TestCase(Ping + " --ebtables old", "Unknown backend \"old\"")]
    [TestCase(Ping + " --set ip_backward=1", "Unknown switch \"ip_backward\"; the switches are bridge-nf-call-iptables")]
    [TestCase(Ping + " --set ip_forward", "\"ip_forward\" does not set a switch; write ip_forward=0 or ip_forward=1.")]
    [TestCase(Ping + " --set ip_forward=2", "\"ip_forward=2\" does not set a switch")]
    [TestCase(Ping + " --table nat", "Unrecognized command or argument '--table'; see ./specs predict --help.")]
    [TestCase(Ping + " --from host", "Option '--from' expects a single argument but 2 were provided")]
    [TestCase("observe", "Option '--from' is required; see ./specs observe --help.")]
    [TestCase("observe --from client --to nobody --protocol icmp", "Unknown endpoint \"nobody\"; the endpoints are client")]
    [TestCase("observe --from client --to client --protocol icmp", "What client sends to itself never leaves it")]
    [TestCase("observe --from client --to wan --protocol arp", "client and wan do not share a link")]
    [TestCase("observe --from everyone --to client --protocol udp", "\"everyone\" can only receive; name a sender.")]
    [TestCase(Observe + " --packets 11", "\"11\" is not a number of packets; write a whole number from 1 to 10.")]
    [TestCase(Observe + " --ip 5", "Unknown version of IP \"5\"; it is ipv4 or ipv6.")]
    [TestCase(Observe + " --lab moon", "Unknown lab \"moon\"; the labs are docker and namespaces.")]
    [TestCase(Observe + " --observer owl", "Unknown observer \"owl\"; use log, nflog, trace, both, all, or several with commas.")]
    [TestCase(Observe + " --lab namespaces --observer both", "The kernel log does not show packets of other network namespaces")]
    [TestCase(Observe + " --lab docker --docker 29", "--docker describes a private host")]
    [TestCase(Observe + " --lab docker --no-proxy", "--no-proxy describes a private host")]
    [TestCase(Observe + " --docker new", "Unknown release of Docker \"new\"")]
    [TestCase(Observe + " --set ip_backward=1", "Unknown switch \"ip_backward\"")]
    [TestCase(Observe + " --rule iptables", "\"iptables\" adds no rule: it needs -A or -I with a chain, -N with a new one, or -P with a chain and its policy.")]
    [TestCase(Observe + " --rule rm", "\"rm\" is not a rule: begin with one of iptables")]
    [TestCase(Observe + " --nft no-such.nft", "\"no-such.nft\" cannot be read: there is no such file; name a file for nft -f.")]
    [TestCase(Observe + " --leg reply", "Unrecognized command or argument '--leg'")]
    [TestCase("explain", "Required argument 'file' missing for command: 'explain'; see ./specs explain --help.")]
    [TestCase("explain no-such.json", "\"no-such.json\" cannot be read: there is no such file")]
    [TestCase("explain /", "\"/\" cannot be read: it is a directory")]
    [TestCase("explain no-such.json --leg up", "Unknown leg \"up\"")]
    [TestCase("explain no-such.json --packet 0", "\"0\" is not the number of a packet")]
    [TestCase("explain no-such.json --set ip_forward", "\"ip_forward\" does not set a switch")]
    [TestCase("explain no-such.json --kernel new", "\"new\" is not a kernel version")]
    [TestCase("explain no-such.json --docker new", "Unknown release of Docker \"new\"")]
    [TestCase("explain / --profile no-such.json", "\"no-such.json\" cannot be read: there is no such file")]
    [TestCase("lab nobody", "The lab has no endpoint \"nobody\"; its endpoints are host, hosted, client, server, stranger, left, right, insider, wan.")]
    [TestCase("lab --lab moon", "Unknown lab \"moon\"; the labs are docker and namespaces.")]
    [TestCase("summary", "Required argument 'file' missing for command: 'summary'; see ./specs summary --help.")]
    [TestCase("summary no-such.json", "\"no-such.json\" cannot be read: there is no such file")]
    [TestCase("summary @no-such.json", "\"@no-such.json\" cannot be read: there is no such file")]
    [TestCase("summary /", "\"/\" cannot be read: it is a directory")]
    [TestCase("report", "Required argument 'file' missing for command: 'report'; see ./specs report --help.")]
    [TestCase("report no-such.json", "\"no-such.json\" cannot be read: there is no such file")]
    [TestCase("report no-such.json --out /", "--out \"/\" is a directory; name a file")]
    [TestCase("report a.json b.json --messages m.ndjson", "--messages belongs to one run, but 2 files are given")]
    public async Task It_gives_one_sentence_on_standard_error_and_exit_code_2(string line, string sentence)
    {
        var ran = await Specs.Line(line);
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(2));
            Assert.That(ran.Output, Is.Empty);
            Assert.That(ran.Error, Does.StartWith("specs: " + sentence));
            Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n").And.EndsWith("."));
        });
    }

    [TestCase("run --lab", "--lab needs a value: docker or namespaces.")]
    [TestCase("run --lab moon", "unknown lab 'moon'; use docker or namespaces.")]
    [TestCase("test --lab=", "--lab needs a value: docker or namespaces.")]
    [TestCase("run --lab docker --no-engine", "--no-engine cannot be used with the Docker lab; remove one of them.")]
    [TestCase("run --observer owl", "unknown observer 'owl'; use log, nflog, trace, both, all, or several with commas.")]
    [TestCase("run --lab namespaces --observer both", "the kernel log does not show packets of other network namespaces, so 'both' cannot observe the namespace lab")]
    [TestCase("prepare --observer log", "prepare observes nothing, so it takes no --observer.")]
    [TestCase("prepare --filter x", "prepare runs no tests, so it takes no --filter.")]
    public async Task The_command_prepares_nothing_for_a_line_that_it_does_not_understand(string line, string sentence)
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("The command ./specs is a script for Linux.");
        var ran = await Specs.Start(Specs.Script, line.Split(' '), null, ("SPECS_LAB", null), ("SPECS_OBSERVER", null));
        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(2));
            Assert.That(ran.Output, Is.Empty);
            Assert.That(ran.Error, Does.StartWith("specs: " + sentence));
            Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n"));
        });
    }

    [TestCase("run 6.1 --userland buster", "Unknown userland \"buster\"; a userland is bookworm, trixie or forky.")]
    [TestCase("run 6.1 --userland forky forky", "The userland forky is named twice; name it once.")]
    [TestCase("boot 6.1 --userland bookworm forky", "boot starts one guest: name one kernel, one userland and one backend; ./specs kernels run takes several.")]
    [TestCase("run 6.1 --engine-binaries /proc", "\"/proc\" has no file dockerd: name the folder with the programs of an Engine, such as docker/ of Docker's static bundle.")]
    [TestCase("boot 6.1 --firewall-backend ufw", "Unknown firewall backend \"ufw\"; an Engine's is iptables or nftables.")]
    public async Task A_guest_is_not_prepared_for_programs_that_do_not_exist(string line, string sentence)
    {
        var ran = await Specs.Line($"kernels {line} --only-check");
        Assert.That((ran.ExitCode, ran.Output, ran.Error), Is.EqualTo((2, "", $"specs: {sentence}\n")));
    }

    /// <summary>The script builds a disk for each.</summary>
    [TestCase("kernels run 6.1 6.12 --userland bookworm forky", "bookworm\nforky\n")]
    [TestCase("kernels boot 6.1", "trixie\n")]
    public async Task A_checked_line_prints_the_userlands_that_it_needs(string line, string userlands)
    {
        var ran = await Specs.Line($"{line} --only-check");
        Assert.That((ran.ExitCode, ran.Output, ran.Error), Is.EqualTo((0, userlands, "")));
    }

    [TestCase("run")]
    [TestCase("boot")]
    public async Task A_guest_is_not_prepared_for_an_accelerator_that_does_not_exist(string verb)
    {
        string[] line = [Specs.Path, "kernels", verb, "6.1", "--only-check"];
        var ran = await Specs.Start("dotnet", line, null, ("SPECS_ACCELERATOR", "hvf"));
        Assert.That((ran.ExitCode, ran.Output), Is.EqualTo((2, "")));
        Assert.That(ran.Error, Does.StartWith("specs: SPECS_ACCELERATOR is \"hvf\", but an accelerator is kvm or tcg"));
        Assert.That(ran.Error.TrimEnd('\n'), Does.Not.Contain("\n").And.EndsWith("."));
    }

    [Test]
    public async Task A_malformed_file_is_named_with_the_place()
    {
        using var folder = new TemporaryFolder();
        var good = folder.Write("good.json", (await Specs.Line(Ping + " --json")).Output);
        var bad = folder.Write(
            "bad.json", (await File.ReadAllTextAsync(good)).Replace("\"ebtables\",\"table\"", "\"etables\",\"table\""));
        var cut = folder.Write("cut.json", (await File.ReadAllTextAsync(good))[..^20]);

        var (ofBad, ofCut) = (await Specs.Run("summary", good, bad), await Specs.Run("summary", cut));

        Assert.Multiple(() =>
        {
            Assert.That(ofBad.ExitCode, Is.EqualTo(2));
            Assert.That(ofBad.Output, Is.Empty, "a good file before it must not be printed without it");
            Assert.That(ofBad.Error, Does.StartWith(
                $"specs: {bad}, at $.hosts[0].legs[0].predicted.hops[0].layer: Unknown layer \"etables\""));
            Assert.That(ofCut.ExitCode, Is.EqualTo(2));
            Assert.That(ofCut.Error, Does.StartWith($"specs: {cut} is not JSON: the mistake is at line "));
        });
    }

    [Test]
    public async Task Output_that_cannot_be_written_is_said_so()
    {
        if (!File.Exists("/dev/full"))
            Assert.Ignore("This system has no /dev/full.");
        using var folder = new TemporaryFolder();
        var script = folder.Write("full.sh", "exec dotnet \"$@\" > /dev/full");

        var ran = await Specs.Start("sh", [script, Specs.Path, .. Ping.Split(' ')]);

        Assert.Multiple(() =>
        {
            Assert.That(ran.ExitCode, Is.EqualTo(2));
            Assert.That(ran.Error, Does.StartWith("specs: reading or writing failed: No space left on device"));
        });
    }

    [Test]
    public async Task An_argument_neither_breaks_the_sentence_nor_commands_the_terminal()
    {
        var ran = await Specs.Run("predict", "--from", "a\nb\u001b[2J", "--to", "server", "--protocol", "icmp");
        Assert.That(
            ran.Error,
            Is.EqualTo(
                "specs: Unknown endpoint \"a b\uFFFD[2J\"; the endpoints are client, server, stranger, left, right, insider, host, hosted, wan.\n"));
    }
}
