namespace Hooktrail.Stations;

/// <summary>Time limits assume a machine at full speed; <c>SPECS_PATIENCE</c> multiplies them for a slow one.</summary>
public static class Allowance
{
    /// <summary>A whole number from 1 to 100; the default is 1.</summary>
    public const string Variable = "SPECS_PATIENCE";

    private static readonly Lazy<int?> Said = new(() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? Parse(value) : null);

    private static int _slowness = 1;

    /// <exception cref="HooktrailException">The variable is no number from 1 to 100.</exception>
    public static TimeSpan For(TimeSpan usual) => usual * (Said.Value ?? _slowness);

    /// <summary>
    /// From now on this process works with a slow machine. The user's <c>SPECS_PATIENCE</c> takes precedence.
    /// </summary>
    public static void OfMachine(int slowness) => _slowness = slowness;

    /// <exception cref="HooktrailException">The value is no number from 1 to 100.</exception>
    internal static int Parse(string? value) =>
        string.IsNullOrEmpty(value) ? 1
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var factor)
            && factor is >= 1 and <= 100
        ? factor
        : throw new HooktrailException(
            $"{Variable} is \"{value}\", but it must be a whole number from 1 to 100, the factor by which to lengthen every timeout.");
}
