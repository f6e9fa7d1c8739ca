using System.Text;

namespace Hooktrail.Text;

/// <summary>Text in columns, each as wide as its widest cell, with two blanks between.</summary>
public sealed class TextTable(params ImmutableArray<string> header)
{
    private readonly List<ImmutableArray<string>> _rows = [[.. header.Select(PlainText.Of)]];

    public void Add(params ImmutableArray<string> cells) => _rows.Add([.. cells.Select(PlainText.Of)]);

    public string Text(string indent = "")
    {
        var widths = Enumerable.Range(0, header.Length)
            .Select(column => _rows.Max(row => row[column].Length))
            .ToArray();
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            var line = indent + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])));
            text.Append(line.TrimEnd()).Append('\n');
        }
        return text.ToString();
    }
}
