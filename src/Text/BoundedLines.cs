using System.Text;

namespace Hooktrail.Text;

/// <summary>
/// The lines of a text of any size, one at a time, with a bound: a file without line ends must not fill the memory.
/// </summary>
public static class BoundedLines
{
    /// <summary>Far longer than any line that a kernel or a logger writes.</summary>
    public const int Longest = 1 << 16;

    /// <summary>Line ends are those of Unix and Windows, and are left out.</summary>
    /// <exception cref="IOException">A line is longer than <paramref name="longest"/>.</exception>
    public static IEnumerable<string> Of(TextReader reader, int longest = Longest)
    {
        var buffer = new char[1 << 14];
        var begun = new StringBuilder();
        var number = 1;
        while (reader.Read(buffer, 0, buffer.Length) is var count and > 0)
        {
            var from = 0;
            while (Array.IndexOf(buffer, '\n', from, count - from) is var end and >= 0)
            {
                Append(end);
                yield return Taken();
                from = end + 1;
                number++;
            }

            Append(count);

            void Append(int end)
            {
                if (begun.Length + end - from > longest)
                    throw new IOException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"line {number} is longer than {longest} characters, so it is no text with lines"));
                begun.Append(buffer, from, end - from);
            }
        }

        if (begun.Length > 0)
            yield return Taken();

        string Taken()
        {
            var line = begun.Length > 0 && begun[^1] == '\r'
                ? begun.ToString(0, begun.Length - 1)
                : begun.ToString();
            begun.Clear();
            return line;
        }
    }
}
