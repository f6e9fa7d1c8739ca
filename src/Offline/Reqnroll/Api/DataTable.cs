#nullable disable
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Reqnroll;

/// <summary>A data table of a step, under the name that older step code uses.</summary>
public class Table
{
    private readonly string[] header;

    /// <summary>A table with columns and no rows.</summary>
    public Table(params string[] header)
    {
        if (header is null or [])
            throw new ArgumentException("A table needs at least one column.", nameof(header));
        this.header = [.. header];
    }

    private protected Table(Table other)
        : this(other.header)
    {
        foreach (var row in other.Rows)
            AddRow([.. row.Values]);
    }

    /// <summary>The names of the columns.</summary>
    public ICollection<string> Header => header;

    /// <summary>The rows below the header.</summary>
    public DataTableRows Rows { get; } = new();

    /// <summary>The number of rows below the header.</summary>
    public int RowCount => Rows.Count;

    /// <summary>Whether there is a column of this name.</summary>
    public bool ContainsColumn(string column) => Array.IndexOf(header, column) >= 0;

    /// <summary>Adds a row.</summary>
    public void AddRow(params string[] cells)
    {
        if (cells.Length != header.Length)
        {
            throw new ArgumentException(
                $"The row has {cells.Length} cells, but the table has {header.Length} columns:\n{this}");
        }
        Rows.Add(new DataTableRow(this, cells));
    }

    /// <summary>The table as in a feature file.</summary>
    public override string ToString()
    {
        string[][] lines = [header, .. Rows.Select(row => row.Values.ToArray())];
        int[] widths = [.. header.Select((_, column) => lines.Max(line => line[column].Length))];
        var text = new StringBuilder();
        foreach (string[] line in lines)
            text.Append("| ").AppendJoin(" | ", line.Select((cell, i) => cell.PadRight(widths[i]))).AppendLine(" |");
        return text.ToString();
    }

    internal int IndexOf(string column)
    {
        int index = Array.IndexOf(header, column);
        return index >= 0
            ? index
            : throw new IndexOutOfRangeException(
                $"Could not find a column named '{column}' in the table.\nThe table looks like this:\n{this}");
    }
}

/// <summary>A data table of a step.</summary>
public class DataTable : Table
{
    /// <summary>A table with columns and no rows.</summary>
    public DataTable(params string[] header)
        : base(header)
    {
    }

    private DataTable(Table other)
        : base(other)
    {
    }

    /// <summary>A copy of a table.</summary>
    public static DataTable FromTable(Table table) => new(table);
}

/// <summary>The rows of a table.</summary>
public class DataTableRows : IEnumerable<DataTableRow>
{
    private readonly List<DataTableRow> rows = [];

    /// <summary>How many there are.</summary>
    public int Count => rows.Count;

    /// <summary>A row, counted from 0.</summary>
    public DataTableRow this[int index] => rows[index];

    /// <inheritdoc/>
    public IEnumerator<DataTableRow> GetEnumerator() => rows.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(DataTableRow row) => rows.Add(row);
}

/// <summary>One row of a table: its cells by column.</summary>
public class DataTableRow : IDictionary<string, string>
{
    private readonly Table table;
    private readonly string[] cells;

    internal DataTableRow(Table table, string[] cells)
    {
        this.table = table;
        this.cells = [.. cells.Select(cell => cell ?? "")];
    }

    /// <inheritdoc/>
    public int Count => cells.Length;

    /// <inheritdoc/>
    public ICollection<string> Keys => table.Header;

    /// <inheritdoc/>
    public ICollection<string> Values => cells;

    bool ICollection<KeyValuePair<string, string>>.IsReadOnly => false;

    /// <summary>The cell of a column.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such column.</exception>
    public string this[string header]
    {
        get => cells[table.IndexOf(header)];
        set => cells[table.IndexOf(header)] = value;
    }

    /// <summary>The cell of a column, counted from 0.</summary>
    public string this[int index] => cells[index];

    /// <inheritdoc/>
    public bool ContainsKey(string key) => table.ContainsColumn(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        value = ContainsKey(key) ? this[key] : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
        table.Header.Zip(cells, KeyValuePair.Create).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    bool ICollection<KeyValuePair<string, string>>.Contains(KeyValuePair<string, string> item) =>
        TryGetValue(item.Key, out string value) && value == item.Value;

    void ICollection<KeyValuePair<string, string>>.CopyTo(KeyValuePair<string, string>[] array, int arrayIndex) =>
        throw Fixed();

    void IDictionary<string, string>.Add(string key, string value) => throw Fixed();

    bool IDictionary<string, string>.Remove(string key) => throw Fixed();

    void ICollection<KeyValuePair<string, string>>.Add(KeyValuePair<string, string> item) => throw Fixed();

    void ICollection<KeyValuePair<string, string>>.Clear() => throw Fixed();

    bool ICollection<KeyValuePair<string, string>>.Remove(KeyValuePair<string, string> item) => throw Fixed();

    private static ReqnrollException Fixed() => new("A row has the columns of its table; they cannot be changed.");
}
