namespace Hooktrail.Observation.Nflog;

/// <summary>The names of a network namespace's devices; nfnetlink_log reports only their numbers.</summary>
public sealed class DeviceNames
{
    public static readonly DeviceNames None = new(ImmutableDictionary<int, string>.Empty);

    private readonly ImmutableDictionary<int, string> _names;

    private DeviceNames(ImmutableDictionary<int, string> names) => _names = names;

    /// <summary>Null for 0, which is no device; <c>#7</c> for a device that was created later.</summary>
    public string? this[int index] =>
        index == 0 ? null : _names.GetValueOrDefault(index) ?? string.Create(CultureInfo.InvariantCulture, $"#{index}");

    /// <summary>From numbers and names that are known.</summary>
    public static DeviceNames Of(IEnumerable<(int Index, string Name)> devices) =>
        new(devices.ToImmutableDictionary(device => device.Index, device => device.Name));

    /// <summary>Reads the output of <c>ip -o link</c>: <c>5: client.port@if4: &lt;BROADCAST…</c>.</summary>
    public static DeviceNames Parse(string links)
    {
        var names = ImmutableDictionary.CreateBuilder<int, string>();
        foreach (var line in links.AsSpan().EnumerateLines())
        {
            var number = line.IndexOf(": ");
            if (number < 0 || LogFields.Number(line[..number].Trim()) is not { } index)
                continue;
            var name = line[(number + 2)..];
            // A name may have a colon and an @, but no space.
            if (name.IndexOf(": ") is var end and >= 0)
                name = name[..end];
            if (name.LastIndexOf('@') is var peer and > 0)
                name = name[..peer];
            names[index] = name.ToString();
        }

        return new(names.ToImmutable());
    }
}
