using Microsoft.Playwright;

namespace Hooktrail.Tests.Browser;

/// <summary>Collects what went wrong: errors, dialogs, requests for anything but the file.</summary>
internal sealed class OpenedFile : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Uri _file;

    private OpenedFile(IBrowserContext context, IPage page, Uri file) =>
        (_context, Page, _file) = (context, page, file);

    public IPage Page { get; }

    public List<string> Faults { get; } = [];

    public static async Task<OpenedFile> OpenAsync(
        string path, int width = 1280, bool dark = false, Media media = Media.Screen)
    {
        var context = await Chromium.Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
        });
        var opened = new OpenedFile(context, await context.NewPageAsync(), new(path));
        opened.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                opened.Faults.Add($"{message.Type}: {message.Text}");
        };
        opened.Page.PageError += (_, error) => opened.Faults.Add($"error: {error}");
        opened.Page.Dialog += (_, dialog) =>
        {
            opened.Faults.Add($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        opened.Page.Request += (_, request) =>
        {
            if (request.Url.Split('#')[0] != opened._file.AbsoluteUri)
                opened.Faults.Add($"request: {request.Url}");
        };
        await opened.Page.EmulateMediaAsync(new() { Media = media });
        await opened.GoAsync("");
        return opened;
    }

    public async Task GoAsync(string anchor)
    {
        await Page.GotoAsync("about:blank");
        await Page.GotoAsync(anchor.Length == 0
            ? _file.AbsoluteUri
            : $"{_file.AbsoluteUri}#{Uri.EscapeDataString(anchor).Replace("%2F", "/", StringComparison.Ordinal)}");
    }

    public async Task TurnAsync(string anchor)
    {
        await Page.EvaluateAsync("anchor => { location.hash = '#' + anchor; }", anchor);
        await Page.WaitForFunctionAsync(
            "anchor => document.getElementById(anchor).closest('.page').classList.contains('current')", anchor);
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
