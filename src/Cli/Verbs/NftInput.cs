using System.Text;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary>Reads a file for <c>nft -f</c> that a user names.</summary>
internal static class NftInput
{
    // Ten times the largest rule sets that are found, in characters.
    private const int Longest = 1 << 24;

    /// <exception cref="HooktrailException">The file cannot be read.</exception>
    public static string Read(string file) => InputFile.Read(file, "name a file for nft -f", stream =>
    {
        var text = new StringBuilder();
        foreach (var line in BoundedLines.Of(new StreamReader(stream), Longest))
            if (text.Length + line.Length < Longest)
                text.Append(line).Append('\n');
            else
                throw new IOException($"it is longer than {Longest} characters");
        return text.ToString();
    });
}
