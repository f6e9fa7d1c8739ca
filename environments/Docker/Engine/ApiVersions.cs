namespace Hooktrail.Docker.Engine;

internal static class ApiVersions
{
    /// <summary>The oldest API version that the lab speaks: Docker 20.10's.</summary>
    public static readonly Version Oldest = new(1, 41);

    /// <summary>The newest API version that the lab speaks. It is also the oldest that Docker 29 accepts.</summary>
    public static readonly Version Newest = new(1, 44);

    /// <exception cref="HooktrailException">The Engine and the lab have no API version in common.</exception>
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
