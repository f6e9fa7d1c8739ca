namespace Hooktrail.Stations;

/// <summary>Limits are for a machine at full speed; <c>SPECS_PATIENCE</c> multiplies them on a slow one.</summary>
public static class Allowance
{
    /// <summary>A whole number from 1 to 100; the default is 1.</summary>
    public const string Variable = "SPECS_PATIENCE";

    private static readonly Lazy<int> Factor = new(() => Parse(Environment.GetEnvironmentVariable(Variable)));

    /// <exception cref="HooktrailException">The variable is no such number.</exception>
    public static TimeSpan For(TimeSpan usual) => usual * Factor.Value;

    /// <exception cref="HooktrailException">It is no such number.</exception>
    internal static int Parse(string? value) =>
        string.IsNullOrEmpty(value) ? 1
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var factor) && factor is >= 1 and <= 100 ? factor
        : throw new HooktrailException($"{Variable} is \"{value}\", but it must be a whole number from 1 to 100, the factor by which to lengthen every timeout.");
}
