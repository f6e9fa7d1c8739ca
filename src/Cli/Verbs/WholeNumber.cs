namespace Hooktrail.Cli.Verbs;

/// <summary>What an option has that counts.</summary>
internal static class WholeNumber
{
    /// <exception cref="HooktrailException">The text is no number from 1 to <paramref name="most"/>.</exception>
    public static int Read(string text, string what, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number > 0
        && number <= most
            ? number
            : throw new HooktrailException($"\"{text}\" is not {what}; write a whole number from 1 to {most}.");
}
