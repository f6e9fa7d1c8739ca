namespace Hooktrail.Cli.Verbs;

/// <summary><c>kernels</c>: the features on other kernels than this machine's, in guests.</summary>
internal static class KernelsVerb
{
    public static Verb Create() => new(
        "kernels",
        "Runs the features on other kernels, each booted in a guest of QEMU; lists, fetches and boots kernels.",
        """
        Kernels are Debian's, fetched by apt in a state of its own: nothing of this machine's apt is read or changed. Or they are your own. What is fetched and
        built is kept in SPECS_KERNELS_CACHE, or hooktrail/kernels in XDG_CACHE_HOME or ~/.cache, for every clone; it may be deleted at any time.
        """)
    {
        Subcommands = { KernelsListVerb.Create(), KernelsFetchVerb.Create(), KernelsRunVerb.Create(), KernelsBootVerb.Create() },
    };
}
