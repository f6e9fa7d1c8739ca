namespace Hooktrail.Kernels;

/// <summary>A kind of guest: a kernel, the release of its programs, and the backend of Docker's rules.</summary>
public sealed record GuestKind(Kernel Kernel, Userland Userland, Backend Backend)
{
    /// <summary>Such as <c>6.1 nft</c>, or <c>6.1 bookworm nft</c> for a userland that is not the usual one.</summary>
    public override string ToString() => string.Join(' ', Words);

    /// <summary>The name of its folder, such as <c>6.1-bookworm-nft</c>.</summary>
    public string Folder => string.Join('-', Words);

    private IEnumerable<string> Words =>
        [Kernel.Name, .. Userland == Userland.Usual ? [] : (string[])[Userland.Suite], Backend.Name()];
}
