using System.Collections;
using System.Net;
using System.Net.Sockets;

namespace Hooktrail.Tests.Twins;

/// <summary>Flows by chance between the host, its containers, and addresses beyond it; without end.</summary>
internal sealed class RandomFlows(Random random, RandomTopology host) : IEnumerable<Flow>
{
    private static readonly ImmutableArray<Protocol> Protocols = [Protocol.Icmp, Protocol.Tcp, Protocol.Udp];

    public IEnumerator<Flow> GetEnumerator()
    {
        while (true)
            if (Next() is { } flow)
                yield return flow;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Flow? Next()
    {
        var ip = random.Next(3) == 0 ? IpVersion.V6 : IpVersion.V4;
        var containers = host.Value.Containers;
        var from = random.Next(3) switch
        {
            0 => Endpoint.Host,
            1 => host.Value.EndpointOf(Pick(containers)),
            _ => Endpoint.Outside(Pick([.. host.Outside.Where(one => IsOf(one, ip))]).ToString()),
        };
        var address = Pick([.. (random.Next(4) == 0 ? host.Outside : host.Inside).Where(one => IsOf(one, ip))]);
        var to = OwnerOf(address);
        // What has a loopback address is the sender itself.
        if ((to == from || IPAddress.IsLoopback(address)) && from != Endpoint.Host)
            return null;
        return new(from, to, Pick(Protocols))
        {
            Ip = ip,
            Port = Pick([80, 80, 80, 8080, 9000]),
            Via = address.ToString(),
            By = from.Kind == EndpointKind.Wan ? Pick([.. host.Value.LeadingOut()]).Name : null,
        };
    }

    private Endpoint OwnerOf(IPAddress address)
    {
        if (host.Value.Devices.Any(device => device.Addresses.Any(own => own.Address.Equals(address))))
            return Endpoint.Host;
        var container = host.Value.Containers.FirstOrDefault(
            one => one.Attachments.Any(at => at.Addresses.Any(own => own.Address.Equals(address))));
        return container is null ? Endpoint.Outside(address.ToString()) : host.Value.EndpointOf(container);
    }

    private static bool IsOf(IPAddress address, IpVersion ip) =>
        (address.AddressFamily == AddressFamily.InterNetwork) == (ip == IpVersion.V4);

    private T Pick<T>(ImmutableArray<T> from) => from[random.Next(from.Length)];
}
