using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Features;

namespace Reqnroll.Offline.Execution;

/// <summary>Finds the definitions that fit a step.</summary>
internal sealed class StepMatcher(BindingRegistry bindings, ArgumentConverter converter)
{
    /// <summary>All that fit. Where the text fits several, those are kept whose parameters fit too, if there are any.</summary>
    public IReadOnlyList<StepMatch> Find(PickleStep step)
    {
        var byText = bindings.Steps.Select(binding => binding.Match(step)).OfType<StepMatch>()
            .DistinctBy(match => match.Binding.Method).ToList();
        if (byText.Count < 2)
            return byText;
        var byParameters = byText.Where(match => FitsParameters(match, step)).ToList();
        return byParameters.Count > 0 ? byParameters : byText;
    }

    /// <summary>The table of a step.</summary>
    public static DataTable? Table(PickleStep step)
    {
        if (step.Table is null)
            return null;
        var table = new DataTable(step.Table[0]);
        foreach (string[] row in step.Table.Skip(1))
            table.AddRow(row);
        return table;
    }

    private bool FitsParameters(StepMatch match, PickleStep step)
    {
        var values = match.Values(step, Table(step));
        var parameters = match.Binding.Method.GetParameters();
        return values.Count == parameters.Length
            && values.Zip(parameters).All(pair => converter.CanConvert(pair.First, pair.Second.ParameterType));
    }
}
