using System.Text;
using Hooktrail.Text;

namespace Hooktrail.Judging;

/// <summary>
/// The differences between a feature's table, the prediction and the observation of a leg. A failed scenario shows its
/// text: a sentence with the first divergent hop, the trails side by side, the kernel-log lines as evidence, and the
/// host-profile change that would explain the observation.
/// </summary>
public sealed class Disagreement
{
    private readonly ImmutableArray<Voice> _voices;
    private readonly ImmutableArray<AlignedHops> _rows;
    private readonly int _first;

    private Disagreement(ImmutableArray<Voice> voices, ImmutableArray<AlignedHops> rows, int first, string sentence) =>
        (_voices, _rows, _first, Sentence) = (voices, rows, first, sentence);

    /// <summary>The first divergent hop, in one sentence. Hops count from 1, as in the text.</summary>
    public string Sentence { get; }

    /// <summary>Compares the three; null if they agree.</summary>
    /// <remarks>A null feature makes no claim about this leg.</remarks>
    public static Disagreement? Between(ExpectedTrail? feature, Trail predicted, Trail? observed)
    {
        var rows = Alignment.Of(feature, predicted, observed);
        var voices = Voice.All(feature, predicted, observed);
        foreach (var (index, row) in rows.Index())
            if (Parting.At(index, rows, voices) is { } sentence)
                return new(voices, rows, index, PlainText.Of(sentence));
        return Parting.OfOutcomes(voices) is { } ends ? new(voices, rows, rows.Length, PlainText.Of(ends)) : null;
    }

    /// <summary>The whole report, several lines of plain text.</summary>
    public string Text(ImmutableArray<Evidence> evidence, params ImmutableArray<string?> explanations)
    {
        var text = new StringBuilder().Append(Sentence).Append("\n\n").Append(SideBySide.Text(_voices, _rows, _first));
        if (!evidence.IsEmpty)
        {
            text.Append("\nThe records:\n");
            foreach (var line in evidence)
                text.Append("  ").Append(PlainText.Of($"{line.Channel} {line}")).Append('\n');
        }
        foreach (var sentence in explanations.OfType<string>())
            text.Append('\n').Append(sentence).Append('\n');
        return text.ToString();
    }
}
