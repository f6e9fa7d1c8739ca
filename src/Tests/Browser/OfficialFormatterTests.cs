using System.Diagnostics;
using System.Text.Json;
using NUnit.Framework;

namespace Hooktrail.Tests.Browser;

/// <summary>The Cucumber Messages of a run are understood by the official HTML formatter.</summary>
public sealed class OfficialFormatterTests
{
    [Test]
    public async Task It_shows_every_feature_of_the_run()
    {
        var repository = Reports.Metadata("Repository");
        var formatter = Path.Combine(repository, ".hooktrail", "formatter");
        var messages = Path.Combine(Environment.GetEnvironmentVariable("SPECS_OUT") is { Length: > 0 } given ? given : Path.Combine(repository, "out"), "messages.ndjson");
        if (!File.Exists(messages))
            Chromium.Cannot($"There is no {messages}; ./specs run writes it.");
        if (!Directory.Exists(Path.Combine(formatter, "node_modules")))
            Chromium.Cannot("The official formatter is not there; ./specs test gets it where node and npm are installed.");

        var html = Path.Combine(Scratch.Folder().FullName, "official.html");
        using (var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(formatter, "render.mjs")]) { RedirectStandardInput = true, RedirectStandardOutput = true })!)
        {
            var writing = Task.Run(async () =>
            {
                await using (var source = File.OpenRead(messages))
                    await source.CopyToAsync(node.StandardInput.BaseStream);
                node.StandardInput.Close();
            });
            await using (var target = File.Create(html))
                await node.StandardOutput.BaseStream.CopyToAsync(target);
            await writing;
            await node.WaitForExitAsync();
            Assert.That(node.ExitCode, Is.Zero);
        }

        await using var opened = await OpenedFile.OpenAsync(html);
        await opened.Page.WaitForFunctionAsync("() => document.body.innerText.length > 500");
        var text = await opened.Page.InnerTextAsync("body");
        var features = File.ReadLines(messages)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(message => message.TryGetProperty("gherkinDocument", out var document) && document.TryGetProperty("feature", out _))
            .Select(message => message.GetProperty("gherkinDocument").GetProperty("uri").GetString()!)
            .ToList();
        Assert.That(features, Is.Not.Empty);
        foreach (var uri in features)
            Assert.That(text, Does.Contain(Path.GetFileNameWithoutExtension(uri)).IgnoreCase, uri);
        Assert.That(opened.Faults.Where(fault => fault.StartsWith("error", StringComparison.Ordinal)), Is.Empty);
    }
}
