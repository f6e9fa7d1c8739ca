using System.Net;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions;

/// <summary>Finds the endpoint that a user means.</summary>
internal sealed class EndpointNames(Topology topology)
{
    public const string Internet = "internet";

    /// <summary>Whether the text stands for any address beyond the default route.</summary>
    public static bool IsInternet(string text) => text.Split(':')[0] == Internet;

    /// <param name="text">
    /// A container, a service, <c>host</c>, <c>internet</c>, or an address with or without @device.
    /// </param>
    /// <param name="somewhere">The address that stands for the internet.</param>
    /// <returns>The endpoint, and the device that the text names.</returns>
    /// <exception cref="HooktrailException">There is no such endpoint, or more than one.</exception>
    public (Endpoint Endpoint, string? Device) Find(string text, IPAddress somewhere)
    {
        if (text == Endpoint.Host.Name)
            return (Endpoint.Host, null);
        var at = text.IndexOf('@');
        if ((at < 0 ? text : text[..at]) == Internet)
            return OfAddress(somewhere, at < 0 ? null : text[(at + 1)..]);
        if (IPAddress.TryParse(at < 0 ? text : text[..at], out var address))
            return OfAddress(address, at < 0 ? null : text[(at + 1)..]);
        return (ContainerNamed(text), null);
    }

    private (Endpoint Endpoint, string? Device) OfAddress(IPAddress address, string? device)
    {
        if (device is not null && topology.Find(device) is null)
            throw new HooktrailException(
                $"The host has no device \"{device}\"; the devices that lead out are {Listed(topology.LeadingOut().Select(one => one.Name))}.");
        if (topology.Devices.Any(one => one.Addresses.Any(own => own.Address.Equals(address))))
            return (Endpoint.Host, device);
        var container = topology.Containers.FirstOrDefault(
            one => one.Attachments.Any(attached => attached.Addresses.Any(own => own.Address.Equals(address))));
        return (container is null ? Endpoint.Outside(address.ToString()) : topology.EndpointOf(container), device);
    }

    private Endpoint ContainerNamed(string text)
    {
        List<Container> found = [.. topology.Containers.Where(one => one.Name == text)];
        if (found.Count == 0)
            found =
                [.. topology.Containers.Where(one => one.Service == text || $"{one.Project}/{one.Service}" == text)];
        return found switch
        {
            [var only] => topology.EndpointOf(only),
            [] => throw new HooktrailException(
                $"The host has no endpoint \"{text}\"; there are {Listed(
                    topology.Containers.Select(one => one.Name).Concat([Endpoint.Host.Name, Internet]))}, and addresses."),
            _ => throw new HooktrailException(
                $"\"{text}\" is the name of several containers; write one of {Listed(found.Select(one => one.Name))}."),
        };
    }

    private static string Listed(IEnumerable<string> names)
    {
        const int most = 30;
        var all = names.ToList();
        return string.Join(", ", all.Take(most)) + (all.Count > most ? $" and {all.Count - most} more" : "");
    }
}
