namespace Hooktrail.Cli.Verbs;

/// <summary><c>kernels</c>: the features on other kernels than this machine's, in guests.</summary>
internal static class KernelsVerb
{
    public static Verb Create() => new(
        "kernels",
        "Runs the features on other kernels, each in its own QEMU guest; lists, fetches and boots kernels.",
        """
        Kernels come from Debian or are your own. apt fetches Debian's with separate state: it does not read or change this machine's apt. All clones share
        the cache in SPECS_KERNELS_CACHE, or hooktrail/kernels in XDG_CACHE_HOME or ~/.cache; you can delete it at any time.
        """)
    {
        Subcommands =
        {
            KernelsListVerb.Create(), KernelsFetchVerb.Create(), KernelsRunVerb.Create(), KernelsBootVerb.Create()
        },
    };
}
