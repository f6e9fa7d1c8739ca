using Hooktrail.Trails;

namespace Hooktrail.Docker.Engine;

/// <summary>The versions of the Engine API that are spoken, and which of them with a given Engine.</summary>
internal static class ApiVersions
{
    /// <summary>The oldest API spoken: Docker 20.10's.</summary>
    public static readonly Version Oldest = new(1, 41);

    /// <summary>The newest API spoken. It is also the least that Docker 29 accepts.</summary>
    public static readonly Version Newest = new(1, 44);

    /// <summary>The newest version that both sides speak.</summary>
    /// <param name="endpoint">The Engine's place, for the message.</param>
    /// <param name="engine">The Engine's own version, for the message.</param>
    /// <param name="newest">The newest API version that it speaks.</param>
    /// <param name="oldest">The oldest API version that it speaks, where it says so.</param>
    /// <exception cref="HooktrailException">There is none.</exception>
    public static Version Negotiate(EngineEndpoint endpoint, string engine, string newest, string? oldest)
    {
        if (!Version.TryParse(newest, out var most))
            throw EngineErrors.NotAnEngine(endpoint);
        if (most < Oldest)
            throw EngineErrors.TooOld(endpoint, engine, most);
        if (Version.TryParse(oldest, out var least) && least > Newest)
            throw EngineErrors.TooNew(endpoint, engine, least);
        return most < Newest ? most : Newest;
    }
}
