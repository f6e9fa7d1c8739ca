using System.Text.Json;

namespace Hooktrail.Tests.Browser;

public sealed class ReqnrollReportTests
{
    [Test]
    public async Task It_shows_every_feature_of_the_run()
    {
        var folder = Environment.GetEnvironmentVariable("SPECS_OUT") is { Length: > 0 } given
            ? given
            : Path.Combine(Reports.Metadata("Repository"), "out");
        var report = Path.Combine(folder, "reqnroll.html");
        if (!File.Exists(report))
            Chromium.Cannot($"There is no {report}; ./specs run writes it.");

        await using var opened = await OpenedFile.OpenAsync(report);
        await opened.Page.WaitForFunctionAsync("() => document.body.innerText.length > 500");
        var text = await opened.Page.InnerTextAsync("body");
        var features = File.ReadLines(Path.Combine(folder, "messages.ndjson"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(message => message.TryGetProperty("gherkinDocument", out var document)
                && document.TryGetProperty("feature", out _))
            .Select(message => message.GetProperty("gherkinDocument").GetProperty("uri").GetString()!)
            .ToList();
        Assert.That(features, Is.Not.Empty);
        foreach (var uri in features)
            Assert.That(text, Does.Contain(Path.GetFileNameWithoutExtension(uri)).IgnoreCase, uri);
        Assert.That(opened.Faults.Where(fault => fault.StartsWith("error", StringComparison.Ordinal)), Is.Empty);
    }
}
