namespace Hooktrail.Tests.Cli;

/// <summary>
/// The order of usings. Of all that <c>dotnet format</c> changes, neither the build nor <c>dotnet format whitespace</c>
/// reports it, and CI runs no more than these two.
/// </summary>
public sealed class UsingsTests
{
    [Test]
    public void They_are_in_the_order_of_dotnet_format()
    {
        var files = new[] { "src", "environments", "steps" }
            .SelectMany(folder => Directory.GetFiles(
                Path.Combine(Document.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .ToList();

        Assert.That(files, Has.Count.GreaterThan(500));
        Assert.That(files.Where(file => !IsInOrder(File.ReadLines(file))), Is.Empty);
    }

    [TestCase("using B;", "using System;", ExpectedResult = false)]
    [TestCase("using System.Text;", "using System;", ExpectedResult = false)]
    [TestCase("using static A.B;", "using B;", ExpectedResult = false)]
    [TestCase("using System;", "using A;", "using A.B;", "using static A.C;", "using Z = A;", ExpectedResult = true)]
    public bool Another_order_is_noticed(params string[] lines) => IsInOrder(lines);

    private static bool IsInOrder(IEnumerable<string> lines)
    {
        var usings = lines
            .SkipWhile(line => !line.StartsWith("using ", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith("using ", StringComparison.Ordinal))
            .ToList();
        return usings.SequenceEqual(usings
            .OrderBy(line => line.Contains(" = ") ? 2 : line.StartsWith("using static ", StringComparison.Ordinal) ? 1 : 0)
            .ThenBy(line => line is "using System;" || line.StartsWith("using System.", StringComparison.Ordinal) ? 0 : 1)
            .ThenBy(line => line.TrimEnd(';'), StringComparer.OrdinalIgnoreCase));
    }
}
