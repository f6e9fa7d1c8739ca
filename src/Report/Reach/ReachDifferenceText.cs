using System.Text;
using Hooktrail.Questions.Reach;

namespace Hooktrail.Report.Reach;

/// <summary>What changed in who reaches what, for a terminal.</summary>
public static class ReachDifferenceText
{
    public static string Of(ReachDifference difference)
    {
        var text = new StringBuilder();
        ReachText.Line(text, $"  {ReachWords.Counts(difference.Before)}");
        ReachText.Line(text, $"→ {ReachWords.Counts(difference.After)}");
        text.Append(CultureInfo.InvariantCulture, $"\n{ReachWords.Counts(difference)}\n");
        foreach (var group in difference.Groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{ReachWords.Title(group)}\n");
            ReachText.Line(text, $"  before: {group.CauseBefore}");
            ReachText.Line(text, $"  after:  {group.CauseAfter}");
            foreach (var change in group.Changes)
                ReachText.Line(text, $"    {change.Either}");
        }

        ReachText.Surprises(text, difference.NewSurprises, "New surprises");
        return text.ToString();
    }
}
