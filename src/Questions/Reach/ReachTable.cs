using Hooktrail.Model;
using Hooktrail.Trails.Topologies;

namespace Hooktrail.Questions.Reach;

/// <summary>What a table of reach is about.</summary>
/// <param name="From">Further sources, as a user writes them.</param>
/// <param name="EachContainer">Whether each container is a source, and not only each network.</param>
public sealed record ReachScope(ImmutableArray<string> From, bool EachContainer)
{
    /// <summary>On a host with few containers each is a source.</summary>
    public ReachScope For(params ReadOnlySpan<Topology> hosts)
    {
        var few = true;
        foreach (var host in hosts)
            few &= Sources.AreFew(host);
        return this with { EachContainer = EachContainer || few };
    }
}

/// <summary>Who reaches what on a host.</summary>
/// <param name="Host">The host.</param>
/// <param name="Sources">The columns.</param>
/// <param name="Services">The rows.</param>
/// <param name="Cells">Row by row.</param>
public sealed record ReachTable(
    HostProfile Host, ImmutableArray<Source> Sources, ImmutableArray<Service> Services, ImmutableArray<Cell> Cells)
{
    /// <summary>A host with a thousand containers on a hundred networks has fewer.</summary>
    public const int Most = 250_000;

    public Topology Topology => Host.Topology;

    /// <summary>What is worth a look, the worst first.</summary>
    public ImmutableArray<Surprise> Surprises { get; private init; } = [];

    /// <param name="profile">The host, with its topology.</param>
    /// <param name="scope">Which sources; see <see cref="ReachScope.For"/>.</param>
    /// <exception cref="HooktrailException">
    /// A source is not there, there are too many questions, or the host has a rule that no tool would install.
    /// </exception>
    public static ReachTable Of(HostProfile profile, ReachScope scope)
    {
        _ = HookMap.Of(profile); // says what is wrong with the rules, if anything is
        var (sources, services) = (Reach.Sources.Of(profile.Topology, scope), Reach.Services.Of(profile.Topology));
        if ((long)sources.Length * services.Length > Most)
            throw new HooktrailException(string.Create(
                CultureInfo.InvariantCulture,
                $"The host has {sources.Length} sources and {services.Length} services, which are more than {Most} questions; leave out --verbose, or name fewer sources with --from."));
        var (asking, questions) = (new Asking(profile), new CellQuestions(profile.Topology));
        var cells = ImmutableArray.CreateBuilder<Cell>(sources.Length * services.Length);
        foreach (var service in services)
            foreach (var source in sources)
                cells.Add(CellOf(source, service));
        var table = new ReachTable(profile, sources, services, cells.MoveToImmutable());
        return table with { Surprises = new SurpriseFinder(table).All() };

        Cell CellOf(Source source, Service service)
        {
            var (question, instead) = questions.Of(source, service);
            if (question is null)
                return new(source, service, instead!, null);
            try
            {
                return new(source, service, asking.Ask(question), question);
            }
            catch (HooktrailException wrong)
            {
                return new(source, service, new(Verdict.None, null, wrong.Message), null);
            }
        }
    }

    public Cell this[int service, int source] => Cells[service * Sources.Length + source];

    public int Count(Verdict verdict) => Cells.Count(cell => cell.Verdict == verdict);

    /// <summary>The whole answer of a cell, with its legs; null where nothing was asked.</summary>
    public Answer? AnswerOf(Cell cell) =>
        cell is { Question: { } question, Found.Ending: not null } ? Answer.Of(Host, question) : null;
}
