namespace Hooktrail.Stations;

/// <summary>The other side of a <see cref="Shell"/>.</summary>
public static class Agent
{
    /// <summary>For bash: a command in the image; elsewhere given to <c>bash -c</c>.</summary>
    public static string Script { get; } = Read();

    private static string Read()
    {
        using var reader = new StreamReader(typeof(Agent).Assembly.GetManifestResourceStream("agent.sh")!);
        return reader.ReadToEnd();
    }
}
