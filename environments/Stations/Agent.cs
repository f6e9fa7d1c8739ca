using Hooktrail.Text;

namespace Hooktrail.Stations;

/// <summary>The other side of a <see cref="Shell"/>.</summary>
public static class Agent
{
    /// <summary>For bash: a command in the image; elsewhere given to <c>bash -c</c>.</summary>
    public static string Script { get; } = EmbeddedText.Of(typeof(Agent).Assembly, "agent.sh");
}
