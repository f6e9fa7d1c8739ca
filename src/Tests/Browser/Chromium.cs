using Microsoft.Playwright;

namespace Hooktrail.Tests.Browser;

/// <summary>Started once. Tests are skipped where it is missing, or fail where nothing may be skipped.</summary>
[SetUpFixture]
public sealed class Chromium
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private static IPlaywright? _playwright;
    private static IBrowser? _browser;

    public static IBrowser Browser => _browser ?? throw new InvalidOperationException("There is no browser.");

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        if (Find() is not { } program)
        {
            Cannot("No Chromium is on the PATH.");
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            // Chromium has no sandbox for root; what is opened are files that these tests wrote.
            Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
        });
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        Scratch.Remove();
    }

    public static void Cannot(string reason) => throw Skip.Because(reason);

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
}
