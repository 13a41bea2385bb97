using CoVR.AspNetCore.Tests.Browser;
using CoVR.TestSupport;
using Microsoft.Playwright;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>The host and the browser of a class of tests.</summary>
public sealed class PageFixture : IAsyncLifetime
{
    public Chromium Browser { get; } = new();

    internal PageHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await PageHost.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        await Host.DisposeAsync();
    }
}

/// <summary>Opens the page and says what it shows.</summary>
public abstract class PageTest(PageFixture fixture)
{
    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected Chromium Browser => fixture.Browser;

    private protected PageHost Host => fixture.Host;

    /// <summary>Opens the page with a search and waits for its answer.</summary>
    protected async Task<IPage> OpenAsync(string hash = "", BrowserNewContextOptions? options = null)
    {
        var page = await Browser.OpenAsync(options);
        await page.GotoAsync($"{Host.Address}/covr/{(hash.Length > 0 ? "#" + hash : "")}");
        await AnsweredAsync(page);
        return page;
    }

    /// <summary>Waits until the search that runs is answered.</summary>
    protected static Task AnsweredAsync(IPage page) => page.WaitForFunctionAsync("() => document.querySelector('#count').textContent && !document.querySelector('#grid').hasAttribute('aria-busy')");

    /// <summary>Does something that searches, and waits for the answer.</summary>
    protected static async Task SearchedAsync(IPage page, Func<Task> act)
    {
        await page.RunAndWaitForResponseAsync(act, answer => answer.Url.EndsWith("/search", StringComparison.Ordinal));
        await AnsweredAsync(page);
    }

    protected static Task TypeAsync(IPage page, string words) => SearchedAsync(page, async () =>
    {
        await page.FillAsync("#words", words);
        await page.Keyboard.PressAsync("Enter");
    });

    /// <summary>The names of the hits in sight, in their order.</summary>
    protected static Task<string[]> NamesAsync(IPage page) => page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.tile .shot')].map(shot => shot.title)");

    protected static Task<string[]> ChipsAsync(IPage page) => page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('.chip')].map(chip => [...chip.querySelectorAll('.sign, .name, b, .plain > span')].map(part => part.textContent).join(''))");

    protected static ILocator Tile(IPage page, int place) => page.Locator(".tile").Nth(place);

    /// <summary>Opens the large view of a hit.</summary>
    protected static async Task ViewAsync(IPage page, int place)
    {
        await Tile(page, place).Locator(".shot").ClickAsync();
        await page.Locator("#viewer[open]").WaitForAsync();
    }

    /// <summary>Keeps a picture of what is in sight under <c>artifacts/pages</c>, for people to look at.</summary>
    protected static async Task KeepAsync(IPage page, string name)
    {
        await page.WaitForFunctionAsync("() => [...document.images].every(image => image.complete)");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(TestFolders.Repository, "artifacts", "pages", $"search-{name}.png") });
    }
}
