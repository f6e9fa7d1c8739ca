namespace Hooktrail.Model.Ip;

/// <summary>What a route says of a destination; <c>RTN_*</c>.</summary>
internal enum RouteType
{
    /// <summary>It is this host.</summary>
    Local,

    /// <summary>It is reached through a device.</summary>
    Unicast,

    /// <summary>It is somebody else, and this host does not forward.</summary>
    Unreachable,
}

/// <summary>Finds where a packet goes next; net/ipv4/route.c.</summary>
internal static class Route
{
    /// <summary><c>ip_route_input</c>: for a packet that came in by a device.</summary>
    public static RouteType Input(Packet packet)
    {
        packet.RouteDevice = Lab.DeviceTowards(packet.Destination);
        return Lab.IsOfHost(packet.Destination) ? RouteType.Local
            : packet.Host.Profile.IpForward ? RouteType.Unicast
            : RouteType.Unreachable;
    }

    /// <summary><c>ip_route_output</c>: for a packet of the host's own.</summary>
    public static void Output(Packet packet) => packet.RouteDevice = Lab.DeviceTowards(packet.Destination);
}
