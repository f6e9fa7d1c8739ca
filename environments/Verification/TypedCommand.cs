using Hooktrail.Rules.Changing;
using Hooktrail.Twins;

namespace Hooktrail.Verification;

/// <summary>A command that a user would type on a host, for the shell of its twin.</summary>
public static class TypedCommand
{
    /// <param name="host">The host, whose backends the tools use.</param>
    /// <param name="command">A command that <see cref="Questions.Changes.HostCommand"/> has taken.</param>
    public static LoadedRules Of(HostProfile host, string command)
    {
        var words = RuleCommand.Words(command);
        return new(string.Join(' ', words.SetItem(0, Tool(host, words[0])).Select(Quoted)), "");
    }

    // The machine of the twin may have other alternatives.
    private static string Tool(HostProfile host, string tool) => tool switch
    {
        "iptables" or "ip6tables" or "arptables" => $"{tool}-{host.Iptables.Name()}",
        "ebtables" => $"{tool}-{host.Ebtables.Name()}",
        _ => tool,
    };

    private static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
