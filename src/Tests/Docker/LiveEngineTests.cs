using System.Net;
using Hooktrail.Docker.Engine;

namespace Hooktrail.Tests.Docker;

[Category("live")]
[CancelAfter(60_000)]
internal sealed class LiveEngineTests
{
    private static readonly ImmutableDictionary<string, string> Labels =
        ImmutableDictionary<string, string>.Empty.Add(LiveEngine.Label, LiveEngine.Run);

    private ContainerEngine _engine = null!;
    private int _count;

    [OneTimeSetUp]
    public async Task Connect()
    {
        _engine = await LiveEngine.ConnectAsync();
        await LiveEngine.ImportImageAsync();
    }

    [OneTimeTearDown]
    public async Task LeaveNothing()
    {
        if (_engine is null)
            return;
        foreach (var container in await _engine.FindContainersAsync(LiveEngine.Label, LiveEngine.Run))
            await _engine.RemoveContainerAsync(container.Id);
        foreach (var network in await _engine.FindNetworksAsync(LiveEngine.Label, LiveEngine.Run))
            await _engine.RemoveNetworkAsync(network.Id);
        await LiveEngine.RemoveImageAsync();
        await _engine.DisposeAsync();
    }

    [Test]
    public async Task It_describes_itself()
    {
        var info = await _engine.DescribeAsync();
        TestContext.Out.WriteLine(info);

        Assert.Multiple(() =>
        {
            Assert.That(info.ApiVersion, Is.GreaterThanOrEqualTo(new Version(1, 41)));
            Assert.That(info.Version, Is.Not.Empty);
            Assert.That(info.KernelRelease, Does.Match(@"^\d+\.\d+"));
        });
    }

    [Test]
    public async Task A_process_answers_on_its_standard_output_and_ends_with_its_standard_input(
        CancellationToken cancel)
    {
        await using var session = await _engine.StartAsync(
            Shell("while read line; do echo got $line; done; echo bye >&2"), cancel);
        await session.WriteLineAsync("one", cancel);
        await session.WriteLineAsync("two", cancel);

        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("got one"));
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("got two"));
        await session.StandardInput.DisposeAsync();
        Assert.That(await session.WaitForExitAsync(cancel), Is.Zero);
        Assert.That(await session.StandardError.ReadAsync(cancel), Is.EqualTo("bye"));
        Assert.That(await ContainersAsync(session.Name), Is.Empty);
    }

    [Test]
    [Repeat(5)]
    public async Task The_first_output_is_never_missed(CancellationToken cancel)
    {
        await using var session = await _engine.StartAsync(Shell("echo first; cat"), cancel);

        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("first"));
    }

    [Test]
    public async Task A_process_that_ends_too_early_is_told_with_its_exit_code_and_last_words(CancellationToken cancel)
    {
        await using var session = await _engine.StartAsync(Shell("read line; echo no $line >&2; exit 3"), cancel);
        await session.WriteLineAsync("tables", cancel);

        Assert.That(
            async () => await session.ReadLineAsync(cancel),
            Throws.TypeOf<HooktrailException>().With.Message.EqualTo(
                $"The container {session.Name} ended unexpectedly with exit code 3: its last output was «no tables»."));
    }

    [Test]
    public async Task A_process_that_ends_at_once_fails_the_start_or_the_first_read(CancellationToken cancel)
    {
        Assert.That(
            async () =>
            {
                await using var session = await _engine.StartAsync(Shell("echo no right >&2; exit 4"), cancel);
                await session.ReadLineAsync(cancel);
            },
            Throws.TypeOf<HooktrailException>().With.Message.Contains(
                "with exit code 4: its last output was «no right»."));
        Assert.That(await ContainersAsync(Shell("").Name), Is.Empty);
    }

    [Test]
    public async Task A_process_that_does_not_heed_its_standard_input_is_killed(CancellationToken cancel)
    {
        var session = await _engine.StartAsync(
            Shell("exec sleep 1000") with { StopTimeout = TimeSpan.FromMilliseconds(50) }, cancel);
        await session.DisposeAsync();

        Assert.That(await ContainersAsync(session.Name), Is.Empty);
        Assert.That(await session.WaitForExitAsync(cancel), Is.EqualTo(137));
    }

    [Test]
    public async Task A_flood_on_standard_error_that_nobody_reads_does_not_hold_up_standard_output(
        CancellationToken cancel)
    {
        await using var session = await _engine.StartAsync(
            Shell($"seq {LineChannel.Capacity + 1000} >&2; echo done; cat"), cancel);

        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("done"));
        await session.StandardInput.DisposeAsync();
        await session.WaitForExitAsync(cancel);
        var read = 0;
        Assert.That(
            async () =>
            {
                await foreach (var line in session.StandardError.ReadAllAsync(cancel))
                    Assert.That(line, Is.EqualTo($"{++read}"));
            },
            Throws.TypeOf<HooktrailException>().With.Message.Contains($"while {LineChannel.Capacity} waited"));
        Assert.That(read, Is.EqualTo(LineChannel.Capacity));
    }

    [Test]
    public async Task A_flood_that_is_read_arrives_whole_and_in_order(CancellationToken cancel)
    {
        const int lines = 500_000;
        await using var session = await _engine.StartAsync(Shell($"read go; seq {lines} >&2"), cancel);
        await session.WriteLineAsync("go", cancel);

        var expected = 0;
        await foreach (var line in session.StandardError.ReadAllAsync(cancel))
        {
            expected++;
            if (line != expected.ToString())
                Assert.Fail($"Line {expected} is «{line}».");
        }

        Assert.That(expected, Is.EqualTo(lines));
    }

    [Test]
    public async Task A_container_has_an_address_of_its_network_and_the_sysctls_it_asked_for(CancellationToken cancel)
    {
        var network = await _engine.CreateNetworkAsync(
            new NetworkSpec
            {
                Name = NewName(),
                BridgeDevice = $"ht{Environment.ProcessId % 100_000}t",
                Subnets = [IPNetwork.Parse("198.18.77.0/27"), IPNetwork.Parse("2001:db8:77::/64")],
                Labels = Labels,
            },
            cancel);
        Assert.That(network.BridgeDevice, Is.EqualTo($"ht{Environment.ProcessId % 100_000}t"));
        Assert.That(
            network.Subnets[0],
            Is.EqualTo(new NetworkSubnet(IPNetwork.Parse("198.18.77.0/27"), IPAddress.Parse("198.18.77.1"))));
        Assert.That(network.Subnets[1].Network, Is.EqualTo(IPNetwork.Parse("2001:db8:77::/64")));
        Assert.That(network.Labels, Contains.Key(LiveEngine.Label));

        var spec = Shell("cat /proc/sys/net/ipv4/ping_group_range; cat") with
        {
            Network = network.Id,
            NetworkAliases = ["client"],
            Sysctls = ImmutableDictionary<string, string>.Empty.Add("net.ipv4.ping_group_range", "0 7"),
        };
        await using (var session = await _engine.StartAsync(spec, cancel))
        {
            Assert.That(session.Address, Is.EqualTo(IPAddress.Parse("198.18.77.2")));
            Assert.That(session.AddressV6, Is.EqualTo(IPAddress.Parse("2001:db8:77::2")));
            Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("0\t7"));
            Assert.That(
                async () => await _engine.RemoveNetworkAsync(network.Id, cancel),
                Throws.TypeOf<HooktrailException>().With.Message.Contains("a container is still on the network"));
        }

        await _engine.RemoveNetworkAsync(network.Id, cancel);
        await _engine.RemoveNetworkAsync(network.Id, cancel);
        Assert.That(await _engine.FindNetworksAsync(LiveEngine.Label, LiveEngine.Run, cancel), Is.Empty);
    }

    [Test]
    public async Task A_container_has_the_rights_it_asked_for_and_no_others(CancellationToken cancel)
    {
        var spec = Shell(
            """
            while read name value rest; do case $name in CapEff:|CapBnd:|NoNewPrivs:) echo $name $value;; esac; done < /proc/self/status
            test -w /dev/kmsg && echo kmsg
            echo > /file 2>/dev/null || echo read-only
            echo > /tmp/file && echo tmpfs
            echo $GREETING
            echo $$
            cat /host/ostype
            cat
            """) with
        {
            Network = ContainerSpec.HostNetwork,
            HostProcesses = true,
            Capabilities = ["NET_ADMIN", "SYSLOG"],
            Devices = [new HostDevice("/dev/kmsg")],
            Binds = [new BindMount("/proc/sys/kernel", "/host", ReadOnly: true)],
            Tmpfs = ImmutableDictionary<string, string>.Empty.Add("/tmp", "size=1m"),
            Environment = ImmutableDictionary<string, string>.Empty.Add("GREETING", "good day"),
            MemoryLimit = 64 << 20,
            ReadOnlyRootFilesystem = true,
        };
        await using var session = await _engine.StartAsync(spec, cancel);

        // 1 << 12 (CAP_NET_ADMIN) | 1 << 34 (CAP_SYSLOG); include/uapi/linux/capability.h
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("CapEff: 0000000400001000"));
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("CapBnd: 0000000400001000"));
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("NoNewPrivs: 1"));
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("kmsg"));
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("read-only"));
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("tmpfs"));
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("good day"));
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo($"{session.ProcessId}"));
        Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("Linux"));
        Assert.That(session.Address, Is.Null);
    }

    [Test]
    public async Task A_file_of_the_host_is_shared_and_one_that_is_not_there_is_not_made(CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("hooktrail-");
        try
        {
            var file = Path.Combine(folder.FullName, "lock");
            var spec = Shell("echo held >>/shared; echo done; cat") with { Binds = [new BindMount(file, "/shared")] };
            Assert.That(
                async () => await _engine.StartAsync(spec, cancel),
                Throws.TypeOf<NoSuchHostPathException>().With.Message.Contains("the host has no such path"));
            Assert.That(Path.Exists(file), Is.False);

            await File.WriteAllTextAsync(file, "there\n", cancel);
            await using (var session = await _engine.StartAsync(spec, cancel))
                Assert.That(await session.ReadLineAsync(cancel), Is.EqualTo("done"));
            Assert.That(await File.ReadAllTextAsync(file, cancel), Is.EqualTo("there\nheld\n"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public async Task A_container_dies_when_its_connection_is_cut_as_by_a_killed_process(CancellationToken cancel)
    {
        var session = await _engine.StartAsync(Shell("echo up; cat; echo cleaned up >&2"), cancel);
        await session.ReadLineAsync(cancel);
        await ((ContainerSession)session).CutAsync();

        Assert.That(await session.WaitForExitAsync(cancel), Is.Zero);
        Assert.That(await ContainersAsync(session.Name), Is.Empty);
    }

    [Test]
    public async Task Taken_names_subnets_and_bridges_and_missing_things_are_one_sentence_each(CancellationToken cancel)
    {
        var first = new NetworkSpec
        {
            Name = NewName(),
            BridgeDevice = $"ht{Environment.ProcessId % 100_000}u",
            Subnets = [IPNetwork.Parse("198.18.77.32/27")],
            Labels = Labels,
        };
        await _engine.CreateNetworkAsync(first, cancel);
        await using var session = await _engine.StartAsync(Shell("cat"), cancel);

        await RefusesAsync(first with { BridgeDevice = null, Subnets = [] }, "a network with that name already exists");
        await RefusesAsync(first with { Name = NewName(), BridgeDevice = null }, "another network uses the subnet");
        await RefusesAsync(
            first with { Name = NewName(), Subnets = [IPNetwork.Parse("198.18.77.64/27")] },
            "another network uses the bridge device");
        await RefusesStartAsync(Shell("cat") with { Name = session.Name }, "a container with that name already exists");
        await RefusesStartAsync(
            Shell("cat") with { Image = "hooktrail-no-such-image" },
            "the image is missing; run ./specs prepare to build it");
        await RefusesStartAsync(
            Shell("cat") with { Command = ["/bin/no-such-program"] }, "the image does not have that program");
        await RefusesStartAsync(
            Shell("cat") with { Devices = [new HostDevice("/dev/no-such-device")] }, "the host has no such device");
        await RefusesStartAsync(
            Shell("cat") with { Network = "hooktrail-no-such-network" }, "there is no such network");
        Assert.That(await _engine.HasImageAsync("hooktrail-no-such-image", cancel), Is.False);
        Assert.That(await _engine.HasImageAsync(LiveEngine.Image, cancel), Is.True);
        Assert.That(await _engine.FindContainersAsync(LiveEngine.Label, LiveEngine.Run, cancel), Has.Count.EqualTo(1));

        async Task RefusesAsync(NetworkSpec spec, string why) => Check(
            why, await Errors.OfAsync(_engine.CreateNetworkAsync(spec, cancel)));

        async Task RefusesStartAsync(ContainerSpec spec, string why) => Check(
            why, await Errors.OfAsync(_engine.StartAsync(spec, cancel)));

        static void Check(string why, Exception? error)
        {
            TestContext.Out.WriteLine(error?.Message);
            Assert.That(error, Is.TypeOf<HooktrailException>().With.Message.Contains(why));
        }
    }

    private ContainerSpec Shell(string script) => new()
    {
        Name = NewName(),
        Image = LiveEngine.Image,
        Command = ["/bin/sh", "-c", script],
        Labels = Labels,
    };

    private string NewName() => $"{LiveEngine.Run}-{Interlocked.Increment(ref _count)}";

    private async Task<IEnumerable<string>> ContainersAsync(string name) =>
        (await _engine.FindContainersAsync(LiveEngine.Label)).Select(c => c.Name).Where(n => n == name);
}
