using Hooktrail.Text;

namespace Hooktrail.Stations;

/// <summary>The program at the other end of a <see cref="Shell"/>.</summary>
public static class Agent
{
    /// <summary>A bash script: in the image it is a command; elsewhere it is the argument of <c>bash -c</c>.</summary>
    public static string Script { get; } = EmbeddedText.Of(typeof(Agent).Assembly, "agent.sh");
}
