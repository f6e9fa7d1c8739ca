using System.Security.Cryptography;

namespace Hooktrail.Observation;

/// <summary>
/// Distinguishes one run's taps from another's: five characters of <c>a-z0-9</c>, which gives 60 million ids. It is
/// short because the prefix of LOG has room for 29 characters.
/// </summary>
public readonly record struct RunId
{
    public const int Length = 5;

    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    // One character in each byte, so that parsing an id from a record allocates nothing.
    private readonly ulong _characters;

    private RunId(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
            _characters = _characters << 8 | character;
    }

    public static RunId New() => new(RandomNumberGenerator.GetString(Alphabet, Length));

    /// <exception cref="HooktrailException">The text is not five characters of a-z0-9.</exception>
    public static RunId Parse(string text) =>
        TryParse(text, out var run)
            ? run
            : throw new HooktrailException(
                $"\"{text}\" is not the id of a run; an id is {Length} characters of a-z and 0-9.");

    public static bool TryParse(ReadOnlySpan<char> text, out RunId run)
    {
        var valid = text.Length == Length && !text.ContainsAnyExcept(Alphabet);
        run = valid ? new RunId(text) : default;
        return valid;
    }

    public override string ToString() => string.Create(Length, _characters, static (text, characters) =>
    {
        for (var i = text.Length - 1; i >= 0; i--, characters >>= 8)
            text[i] = (char)(byte)characters;
    });
}
