using Hooktrail.Namespaces;

namespace Hooktrail.Tests.Namespaces;

/// <summary>Missing rights or means give one sentence; an ordinary user may start a host.</summary>
[CancelAfter(60_000)]
internal sealed class RefusalTests
{
    [Test]
    public async Task An_ordinary_user_has_the_same_lab(CancellationToken cancel)
    {
        await Spaces.NeedsLabAsync();
        Assert.That(await Spaces.AskAsync(Spaces.Ordinary(), cancel, "ping"), Is.Empty);
    }

    [Test]
    public async Task An_ordinary_user_sees_what_root_sees(CancellationToken cancel)
    {
        Spaces.NeedsRoot();
        await Spaces.NeedsLabAsync();
        var ordinary = Spaces.AskAsync(Spaces.Ordinary(), cancel, "flows");
        var own = Spaces.AskAsync([], cancel, "flows");
        Assert.That(await ordinary, Is.EqualTo(await own));
        Assert.That((await own).Count, Is.GreaterThan(180));
        Assert.That(await own, Has.None.Contains("inconclusive"));
    }

    [TestCase("unshare")]
    [TestCase("ip")]
    [TestCase("nft")]
    public async Task A_missing_program_is_named(string program, CancellationToken cancel)
    {
        Spaces.NeedsRoot();
        await Spaces.NeedsLabAsync();
        // In a separate mount namespace the program is no program.
        string[] without =
        [
            "unshare", "--mount", "bash", "-c",
            $"for path in $(type -ap {program}; PATH=/usr/sbin:/sbin:/usr/local/sbin type -ap {program}); do mount --bind /dev/null $path; done; exec \"$@\"",
            "without",
        ];
        var answer = await Spaces.AskAsync(without, cancel, "ping");
        Assert.That(answer, Has.Count.EqualTo(1));
        Assert.That(
            answer[0], Does.Contain($"there is no program {program} here").And.Contain("install iproute2, iptables,"));
    }

    [TestCase("max_net_namespaces")]
    [TestCase("max_pid_namespaces")]
    public async Task Where_the_kernel_grants_no_more_namespaces_the_limit_is_named(
        string limit, CancellationToken cancel)
    {
        // A user namespace has separate limits.
        string[] limited =
        [
            .. Spaces.Ordinary(), "unshare", "--user", "--map-root-user", "bash",
            "-c", $"echo 0 >/proc/sys/user/{limit}; exec \"$@\"", "limited"
        ];
        var answer = await Spaces.AskAsync(limited, cancel, "ping");
        Assert.That(answer, Has.Count.EqualTo(1));
        Assert.That(answer[0], Does.Contain("No space left on device").And.Contain("user.max_net_namespaces"));
    }

    [Test]
    public async Task Root_without_the_right_is_told_which_it_needs(CancellationToken cancel)
    {
        Spaces.NeedsRoot();
        var answer = await Spaces.AskAsync(
            ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-all", "--"], cancel, "ping");
        Assert.That(answer, Has.Count.EqualTo(1));
        Assert.That(answer[0], Does.Contain("Operation not permitted").And.Contain("CAP_SYS_ADMIN"));
    }

    [TestCase("Client")]
    [TestCase("a b")]
    [TestCase("$(reboot)")]
    [TestCase("averylongname")]
    [TestCase("wan")]
    [TestCase("lab")]
    public void A_name_that_cannot_be_a_device_s_is_refused(string name) =>
        Assert.That(
            () => NamespaceHost.StartAsync(new NamespaceTopology
            {
                Networks = [NamespaceTopology.Lab with { Containers = [new LabContainer(name, 2)] }]
            }),
            Throws.TypeOf<HooktrailException>().With.Message.Contains($"\"{name}\""));

    [Test]
    public void A_number_that_is_no_address_is_refused() =>
        Assert.That(
            () => NamespaceHost.StartAsync(new NamespaceTopology
            {
                Networks = [NamespaceTopology.Lab with { Containers = [new LabContainer("client", 1)] }]
            }),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("\"lab\""));

    [Test]
    public void An_endpoint_that_nobody_knows_is_refused() =>
        Assert.That(
            () => NamespaceTopology.For("client", "nobody"),
            Throws.TypeOf<HooktrailException>().With.Message.Contains("\"nobody\"").And.Message.Contains("insider"));
}
