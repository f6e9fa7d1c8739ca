using Gherkin.Ast;

namespace Reqnroll.Offline.Generation;

/// <summary>A feature that is Gherkin, but from which no tests can be made.</summary>
internal sealed class FeatureException(Location location, string message) : Exception(message)
{
    /// <summary>Where.</summary>
    public Location Location { get; } = location;
}
