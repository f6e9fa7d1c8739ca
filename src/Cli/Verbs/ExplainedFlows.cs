using Hooktrail.Judging;
using Hooktrail.Text;

namespace Hooktrail.Cli.Verbs;

/// <summary>What explains some flows, as text.</summary>
internal sealed record ExplainAnswer(string Text, int Flows, bool IsPredicted, bool IsExplained);

/// <summary>
/// Flows of one host that diverge in the same way, and so probably have one cause. A change is looked for that explains
/// a few of them, and then tried on all: looking takes some hundred times as long as trying.
/// </summary>
internal sealed class ExplainedFlows(ImmutableArray<ObservedFlow> flows)
{
    // As many as are looked at together, and as many as are looked at in vain before the rest is given up.
    private const int Few = 3;

    // Of fewer flows every change is tried on all.
    private const int Many = 100;

    private const int Offered = 8;

    private const int Named = 5;

    public IEnumerable<ExplainAnswer> Answers()
    {
        var rest = flows;
        for (var inVain = 0; !rest.IsEmpty;)
        {
            var found = Explained(rest);
            if (found.IsEmpty)
            {
                inVain++;
                var given = inVain == Few ? rest : rest[..1];
                yield return new(NotExplained(given), given.Length, false, false);
                rest = rest[given.Length..];
                continue;
            }

            var (together, changes) = Together(rest, found);
            yield return new(TextOf(together, changes), together.Length, false, true);
            rest = [.. rest.Except(together)];
        }
    }

    // The changes that explain the first few flows; if none does, those that explain the first.
    private static ImmutableArray<Explanation> Explained(ImmutableArray<ObservedFlow> rest)
    {
        var few = rest[..Math.Min(Few, rest.Length)];
        var found = few.Length == 1 ? [] : Explanation.For(
            rest[0].Profile, [.. few.SelectMany(flow => flow.Witnesses())], limit: 0);
        return found.IsEmpty ? Explanation.For(rest[0].Profile, rest[0].Witnesses()) : found;
    }

    // The flows that one change explains, as many as possible, and all changes that explain them.
    private static (ImmutableArray<ObservedFlow> Flows, ImmutableArray<Explanation> Changes) Together(
        ImmutableArray<ObservedFlow> rest, ImmutableArray<Explanation> found)
    {
        ImmutableArray<ObservedFlow> most = [];
        foreach (var one in found)
        {
            if (most.Length == rest.Length)
                break;
            ImmutableArray<ObservedFlow> explained = [.. rest.Where(flow => flow.IsRight(one.Profile))];
            if (explained.Length > most.Length)
                most = explained;
        }

        var changes = found.Where(one => most.All(flow => flow.IsRight(one.Profile)));
        return (most, [.. most.Length < Many ? changes : changes.Take(Offered)]);
    }

    private static string NotExplained(ImmutableArray<ObservedFlow> flows) =>
        $"{Title(flows)}No change explains {(flows.Length == 1 ? "it" : "the first")}: no switch, backend, kernel release, rule or Docker release, nor any two of them together.{(flows[0].HasSeveralLegs ? " Explain one leg at a time with --leg." : "")}{(flows.Length == 1 ? "" : " The others, which diverge in the same way, were not tried.")}\n";

    private static string TextOf(ImmutableArray<ObservedFlow> flows, ImmutableArray<Explanation> changes) =>
        PlainTexts([
            Title(flows),
            $"Changes that would explain {(flows.Length == 1 ? "it" : "them all")}, smallest first:\n",
            .. changes.Select((one, index) => $"  {index + 1}  {one.Change}\n"),
        ]);

    private static string Title(ImmutableArray<ObservedFlow> flows)
    {
        var others = flows.Length == 1 ? ""
            : $"and {flows.Length - 1} more flow{(flows.Length == 2 ? "" : "s")} that diverge{(flows.Length == 2 ? "s" : "")} in the same way: {string.Join("; ", flows.Skip(1).Take(Named).Select(flow => flow.Title))}{(flows.Length > Named + 1 ? "; …" : "")}\n";
        return $"{flows[0].Title}\n{others}{flows[0].Why}\n";
    }

    private static string PlainTexts(IEnumerable<string> lines) =>
        string.Concat(lines.Select(line => string.Join('\n', line.Split('\n').Select(PlainText.Of))));
}
