using System.CommandLine;
using Hooktrail.Trails;
using Hooktrail.Trails.Rules;

namespace Hooktrail.Cli.Verbs;

/// <summary>
/// The options that say what the host is like. Every verb has its own, because to one of them a host is what it says, to another what a file
/// says, and to a third what stands here: only the first has defaults.
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
        Description = "Turns a switch of the host off (0) or on (1); may be given several times.",
        HelpName = "switch=0|1",
        DefaultValueFactory = _ => [],
    };

    /// <param name="defaults">The host where nothing is said, with Docker 20.10's rules; null where that is somewhere else.</param>
    public HostOptions(HostProfile? defaults)
    {
        _docker = One(
            "--docker", "Whose rules are on the host: a release of Docker (20.10, 27, 28.0, 28.5, 29, 29-nftables), or none.", "release", defaults is null ? null : "20.10");
        _kernel = One("--kernel", "The host's kernel release.", "version", defaults?.Kernel.ToString());
        _iptables = One("--iptables", "Where the rules of iptables are.", "nft|legacy", defaults?.Iptables.Name());
        _ebtables = One("--ebtables", "Where the rules of ebtables are.", "nft|legacy", defaults?.Ebtables.Name());
    }

    /// <summary>Those that say what a host is taken to be.</summary>
    public IEnumerable<Option> All => [_docker, _kernel, _iptables, _ebtables, _set];

    /// <summary>Those that say what a host that is to be built is like: its kernel is this machine's.</summary>
    public IEnumerable<Option> OfBuilt => [_docker, _iptables, _set];

    /// <summary>The switches of a host, for a help's notes.</summary>
    public static string Switches =>
        $"""
        Switches that are on unless set:
          {string.Join("\n  ", Switch.All.Where(one => one.Read(HostProfile.Default)).Select(one => one.Name))}
        Switches that are off unless set:
          {string.Join("\n  ", Switch.All.Where(one => !one.Read(HostProfile.Default)).Select(one => one.Name))}
        """;

    /// <summary>A host, changed by what a line says of its kernel, tools and switches.</summary>
    /// <exception cref="HooktrailException">It says what there is not.</exception>
    public HostProfile Apply(ParseResult line, HostProfile basis) => line.GetRequiredValue(_set).Aggregate(
        basis with
        {
            Kernel = line.GetValue(_kernel) is { } kernel ? KernelVersion.Parse(kernel) : basis.Kernel,
            Iptables = Iptables(line) ?? basis.Iptables,
            Ebtables = line.GetValue(_ebtables) is { } ebtables ? Backends.Parse(ebtables) : basis.Ebtables,
        },
        Switch.Set);

    /// <summary>Whether a line says whose rules are there, and whose; null for nobody's.</summary>
    /// <exception cref="HooktrailException">There is no such release.</exception>
    public bool SaysDocker(ParseResult line, out DockerRelease? release)
    {
        var said = line.GetValue(_docker);
        release = said is null or NoDocker ? null : DockerRules.Parse(said);
        return said is not null;
    }

    /// <summary>Where the rules of iptables are; null where the line does not say.</summary>
    /// <exception cref="HooktrailException">There is no such backend.</exception>
    public Backend? Iptables(ParseResult line) => line.GetValue(_iptables) is { } iptables ? Backends.Parse(iptables) : null;

    /// <summary>The switches that a line turns, in its order.</summary>
    /// <exception cref="HooktrailException">There is no such switch, or it is turned neither off nor on.</exception>
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
