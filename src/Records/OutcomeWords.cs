namespace Hooktrail.Records;

/// <summary>The words for outcomes in <c>trails.json</c>.</summary>
internal static class OutcomeWords
{
    private static readonly string[] Outcomes = ["delivered", "dropped", "rejected", "vanished", "unknown"];

    public static string Name(this OutcomeKind kind) => Outcomes[(int)kind];

    public static OutcomeKind ParseOutcome(string word) => (OutcomeKind)Find(Outcomes, word, "result");

    private static int Find(string[] words, string word, string what) =>
        Array.IndexOf(words, word) is var index and >= 0
            ? index
            : throw new HooktrailException($"Unknown {what} \"{word}\"; it is one of {string.Join(", ", words)}.");
}
