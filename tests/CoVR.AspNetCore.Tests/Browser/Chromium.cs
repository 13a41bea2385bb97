using CoVR.TestSupport;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace CoVR.AspNetCore.Tests.Browser;

/// <summary>The browser of all tests of a class: the one that <c>COVR_BROWSER</c> names, or an installed Chromium or Chrome.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] UsualPaths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

    private readonly List<string> _faults = [];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    private static string? Path => Environment.GetEnvironmentVariable("COVR_BROWSER") is { Length: > 0 } named ? named : UsualPaths.FirstOrDefault(File.Exists);

    /// <summary>Opens a page in a profile of its own; the test is skipped where there is no browser.</summary>
    public async Task<IPage> OpenAsync(BrowserNewContextOptions? options = null)
    {
        Assert.SkipWhen(Path is null, "There is no Chromium; COVR_BROWSER names one.");
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Path,
            Headless = true,
            ChromiumSandbox = false,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var context = await _browser.NewContextAsync(options ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1200, Height = 900 } });
        context.SetDefaultTimeout(15_000);
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => _faults.Add(error);
        page.Console += (_, message) => _faults.AddRange(message.Type == "error" && !message.Text.Contains("Failed to load resource", StringComparison.Ordinal) ? [message.Text] : []);
        return page;
    }

    /// <summary>Checks that no page wrote an error or broke its content security policy.</summary>
    public void AssertNoFaults() => Assert.Empty(_faults);

    /// <summary>Checks that axe finds nothing serious.</summary>
    public static async Task AssertAccessibleAsync(IPage page)
    {
        var result = await page.RunAxe();
        var serious = result.Violations.Where(violation => violation.Impact is "serious" or "critical").Select(Describe).ToList();
        Assert.True(serious.Count == 0, string.Join(Environment.NewLine, serious));
    }

    /// <summary>Keeps a picture of the page under <c>artifacts/pages</c>, for people to look at.</summary>
    public static Task KeepPictureAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = System.IO.Path.Combine(TestFolders.Repository, "artifacts", "pages", name + ".png"), FullPage = true });

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    private static string Describe(AxeResultItem violation) => $"{violation.Id}: {violation.Help} {string.Join("; ", violation.Nodes.Select(node => node.Html))}";
}
