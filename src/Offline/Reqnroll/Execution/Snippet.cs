using System.Text.RegularExpressions;
using Reqnroll.Offline.Features;

namespace Reqnroll.Offline.Execution;

/// <summary>The code that an undefined step needs.</summary>
internal static partial class Snippet
{
    /// <summary>A step definition in C#, to be pasted into a binding class.</summary>
    public static string For(PickleStep step)
    {
        var parameters = new List<string>();
        string expression = "";
        string words = "";
        int end = 0;
        foreach (Match value in Values().Matches(step.Text))
        {
            (string type, string keyword) = value.Value[0] switch
            {
                '"' or '\'' => ("string", "string"),
                _ when value.Value.Contains('.') => ("decimal", "decimal"),
                _ => ("int", "int"),
            };
            string before = step.Text[end..value.Index];
            expression += Escape(before) + $"{{{keyword}}}";
            words += before;
            parameters.Add($"{type} p{parameters.Count}");
            end = value.Index + value.Length;
        }
        expression += Escape(step.Text[end..]);
        words += step.Text[end..];
        if (step.DocString is not null)
            parameters.Add("string multilineText");
        if (step.Table is not null)
            parameters.Add("DataTable dataTable");
        return $$"""
            [{{step.Kind}}("{{expression}}")]
            public void {{step.Kind}}{{Identifier.From(words)}}({{string.Join(", ", parameters)}})
            {
                throw new PendingStepException();
            }
            """;
    }

    // What has a meaning in Cucumber expressions gets a backslash; then all of it becomes a C# string.
    private static string Escape(string text) =>
        Special().Replace(text, @"\$0").Replace(@"\", @"\\").Replace("\"", "\\\"");

    [GeneratedRegex("""
        "[^"]*"|'[^']*'|(?<![\w./:])-?\d+(?:\.\d+)?(?![\w./:]*\w)
        """)]
    private static partial Regex Values();

    [GeneratedRegex(@"[\\/({]")]
    private static partial Regex Special();
}
