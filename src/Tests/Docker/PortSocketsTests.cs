using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Hooktrail.Docker.Lab;

namespace Hooktrail.Tests.Docker;

internal sealed class PortSocketsTests
{
    private static readonly Dictionary<int, int> Ports = new() { [10_001] = 8080, [10_002] = 8081 };

    [Test]
    public void What_dockerd_itself_holds_is_a_socket_that_nobody_reads()
    {
        var (sockets, others) = PortSockets.Parse(
            [
                "socket: tcp    3: 00000000:2711 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 71 1",
                "socket: tcp6    0: 00000000000000000000000000000000:2711 00000000000000000000000000000000:0000 0A 00000000:00000000",
                "socket: udp6    9: 00000000000000000000000000000000:2712 00000000000000000000000000000000:0000 07 00000000:00000000",
                "socket: udp    8: 00000000:2712 00000000:0000 07 00000000:00000000",
                "kernel 6.18.1",
            ],
            Ports);

        Assert.Multiple(() =>
        {
            Assert.That(sockets.HasProxy, Is.False);
            Assert.That(sockets.All, Is.EquivalentTo(new PublishedSocket[]
            {
                new(Protocol.Tcp, IpVersion.V4, 8080, false), new(Protocol.Tcp, IpVersion.V6, 8080, false),
                new(Protocol.Udp, IpVersion.V4, 8081, false), new(Protocol.Udp, IpVersion.V6, 8081, false),
            }));
            Assert.That(others, Is.EqualTo(new[] { "kernel 6.18.1" }));
        });
    }

    [Test]
    public void A_proxy_reads_from_the_socket_of_its_protocol_and_port()
    {
        var (sockets, _) = PortSockets.Parse(
            [
                "socket: tcp    3: 00000000:2711 00000000:0000 0A 00000000:00000000",
                "socket: udp    4: 00000000:2711 00000000:0000 07 00000000:00000000",
                "docker-proxy: /usr/sbin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 10001 -container-ip 172.17.0.2 -container-port 80",
                "docker-proxy: /usr/sbin/docker-proxy -proto udp -host-ip 0.0.0.0 -host-port 53 -container-ip 172.17.0.3 -container-port 53",
            ],
            Ports);

        Assert.Multiple(() =>
        {
            Assert.That(sockets.HasProxy);
            Assert.That(sockets.All, Is.EquivalentTo(new PublishedSocket[]
            {
                new(Protocol.Tcp, IpVersion.V4, 8080, true), new(Protocol.Udp, IpVersion.V4, 8080, false),
            }));
        });
    }

    [Test]
    public void A_socket_of_IPv6_takes_IPv4_too_where_no_other_does()
    {
        var (sockets, _) = PortSockets.Parse(
            ["socket: tcp6    0: 00000000000000000000000000000000:2711 00000000000000000000000000000000:0000 0A 0"], Ports);

        Assert.That(sockets.All.Select(one => one.Ip), Is.EqualTo(new[] { IpVersion.V4, IpVersion.V6 }));
    }

    [Test]
    public void Sockets_of_one_address_or_of_other_ports_are_not_the_labs()
    {
        var (sockets, _) = PortSockets.Parse(
            [
                "socket: tcp    3: 0100007F:2711 00000000:0000 0A 00000000:00000000",
                "socket: tcp    4: 00000000:0050 00000000:0000 0A 00000000:00000000",
            ],
            Ports);

        Assert.That(sockets.All, Is.Empty);
    }

    [Test]
    public async Task The_script_finds_what_listens_on_this_machine_and_no_connection()
    {
        using var tcp = new TcpListener(IPAddress.Any, 0);
        tcp.Start();
        using var udp = new UdpClient(new IPEndPoint(IPAddress.Any, 0));
        var (open, told) = (((IPEndPoint)tcp.LocalEndpoint).Port, ((IPEndPoint)udp.Client.LocalEndPoint!).Port);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, open);

        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", PortSockets.Script([open, told])])
        {
            RedirectStandardOutput = true,
        })!;
        var lines = (await bash.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (sockets, others) = PortSockets.Parse(lines, new Dictionary<int, int> { [open] = 8080, [told] = 8081 });

        Assert.Multiple(() =>
        {
            Assert.That(
                sockets.All.Select(one => (one.Protocol, one.Ip, one.Port)),
                Is.EquivalentTo(new[]
                {
                    (Protocol.Tcp, IpVersion.V4, 8080), (Protocol.Udp, IpVersion.V4, 8081),
                }));
            Assert.That(others, Is.Empty);
        });
    }
}
