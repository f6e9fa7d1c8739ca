namespace Hooktrail.Kernels;

/// <summary>The Debian release that a guest's programs come from: the Engine, containerd, iptables and nft.</summary>
public sealed record Userland
{
    private Userland(string suite) => Suite = suite;

    /// <summary>The release's name in the archive, such as <c>bookworm</c>.</summary>
    public string Suite { get; }

    /// <summary>The oldest first.</summary>
    public static ImmutableArray<Userland> All { get; } = [new("bookworm"), new("trixie"), new("forky")];

    /// <summary>The one of guests for which no other is asked.</summary>
    public static Userland Usual { get; } = All.Single(one => one.Suite == "trixie");

    /// <exception cref="HooktrailException">There are no guests with such programs.</exception>
    public static Userland Parse(string suite) => All.FirstOrDefault(one => one.Suite == suite)
        ?? throw new HooktrailException(
            $"Unknown userland \"{suite}\"; a userland is {string.Join(", ", All.SkipLast(1).Select(one => one.Suite))} or {All[^1].Suite}.");

    public override string ToString() => Suite;
}
