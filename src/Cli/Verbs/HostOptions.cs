using System.CommandLine;

namespace Hooktrail.Cli.Verbs;

/// <summary>
/// The options for the host. Each verb has an instance, because the host comes from these options, from a file, or from
/// the machine, and only in the first case have the options defaults.
/// </summary>
internal sealed class HostOptions
{
    private const string NoDocker = "none";

    private readonly Option<string?> _docker;
    private readonly Option<string?> _kernel;
    private readonly Option<string?> _iptables;
    private readonly Option<string?> _ebtables;

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Turns a switch of the host off (0) or on (1); repeatable.",
        HelpName = "switch=0|1",
        DefaultValueFactory = _ => [],
    };

    /// <param name="defaults">
    /// The default host, with Docker 20.10's rules; null if the host comes from elsewhere.
    /// </param>
    public HostOptions(HostProfile? defaults)
    {
        _docker = One(
            "--docker",
            "The Docker release whose rules are on the host: 20.10, 27, 28.0.0, 28.0, 28.5, 29, 29-nftables, or none.",
            "release",
            defaults is null ? null : "20.10");
        _kernel = One("--kernel", "The host's kernel release.", "version", defaults?.Kernel.ToString());
        _iptables = One("--iptables", "The backend of iptables.", "nft|legacy", defaults?.Iptables.Name());
        _ebtables = One("--ebtables", "The backend of ebtables.", "nft|legacy", defaults?.Ebtables.Name());
    }

    /// <summary>The options for an assumed host.</summary>
    public IEnumerable<Option> All => [_docker, _kernel, _iptables, _ebtables, _set];

    /// <summary>The options for a host to be built: its kernel is this machine's.</summary>
    public IEnumerable<Option> OfBuilt => [_docker, _iptables, _set];

    /// <summary>The options for a change of a host that was read.</summary>
    public IEnumerable<Option> OfChanged => [_docker, _kernel, _set];

    /// <summary>The switches, for the notes of a help text.</summary>
    public static string Switches =>
        $"""
        Switches that are on by default:
          {string.Join("\n  ", Switch.All.Where(one => one.Read(HostProfile.Default)).Select(one => one.Name))}
        Switches that are off by default:
          {string.Join("\n  ", Switch.All.Where(one => !one.Read(HostProfile.Default)).Select(one => one.Name))}
        """;

    /// <summary>Applies the options for kernel, tools and switches to a host.</summary>
    /// <exception cref="HooktrailException">An option has a bad value.</exception>
    public HostProfile Apply(ParseResult line, HostProfile basis) => line.GetRequiredValue(_set).Aggregate(
        basis with
        {
            Kernel = Kernel(line) ?? basis.Kernel,
            Iptables = Iptables(line) ?? basis.Iptables,
            Ebtables = line.GetValue(_ebtables) is { } ebtables ? Backends.Parse(ebtables) : basis.Ebtables,
        },
        Switch.Set);

    /// <summary>Whether the option is given; the release is null for no Docker rules.</summary>
    /// <exception cref="HooktrailException">There is no such release.</exception>
    public bool SaysDocker(ParseResult line, out DockerRelease? release)
    {
        var said = line.GetValue(_docker);
        release = said is null or NoDocker ? null : DockerRules.Parse(said);
        return said is not null;
    }

    /// <summary>Which release's rules answer for the version that is given; null if they are its own.</summary>
    /// <exception cref="HooktrailException">There is no such release.</exception>
    public string? DockerNote(ParseResult line) =>
        line.GetValue(_docker) is { } said and not NoDocker ? DockerVersion.Parse(said).Note : null;

    /// <summary>Null if the option is not given.</summary>
    /// <exception cref="HooktrailException">The text is no release.</exception>
    public KernelVersion? Kernel(ParseResult line) =>
        line.GetValue(_kernel) is { } kernel ? KernelVersion.Parse(kernel) : null;

    /// <summary>Null if the option is not given.</summary>
    /// <exception cref="HooktrailException">There is no such backend.</exception>
    public Backend? Iptables(ParseResult line) =>
        line.GetValue(_iptables) is { } iptables ? Backends.Parse(iptables) : null;

    /// <summary>In the order of the command line.</summary>
    /// <exception cref="HooktrailException">There is no such switch, or its value is neither off nor on.</exception>
    public IReadOnlyList<(Switch Switch, bool On)> Turns(ParseResult line) =>
    [
        .. from assignment in line.GetRequiredValue(_set)
           let profile = Switch.Set(HostProfile.Default, assignment)
           let one = Switch.Parse(assignment.Split('=')[0])
           select (one, one.Read(profile)),
    ];

    private static Option<string?> One(string name, string description, string helpName, string? usual)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = helpName };
        if (usual is not null)
            option.DefaultValueFactory = _ => usual;
        return option;
    }
}
