using CoVR.AspNetCore.Tests.Browser;
using Microsoft.Playwright;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>What the page says of the index, of faults, and to everybody, in a real browser.</summary>
[Collection("torch")]
public sealed class StateTests(PageFixture fixture) : PageTest(fixture), IClassFixture<PageFixture>
{
    private static readonly BrowserNewContextOptions Phone = new() { ViewportSize = new ViewportSize { Width = 390, Height = 844 }, DeviceScaleFactor = 2, HasTouch = true, IsMobile = true };

    [Fact]
    public async Task Page_FirstPaint_TakesAtMostAHundredKilobytesOfItsOwn()
    {
        var page = await Browser.OpenAsync();
        var requests = new List<IRequest>();
        page.RequestFinished += (_, request) => requests.Add(request);

        await page.GotoAsync($"{Host.Address}/covr/");
        await AnsweredAsync(page);

        IRequest[] files = [.. requests.ToArray().Where(request => !request.Url.Contains("/api/", StringComparison.Ordinal))];
        var bytes = 0;
        foreach (var file in files)
        {
            bytes += (await (await file.ResponseAsync())!.BodyAsync()).Length;
        }

        Assert.All(files, file => Assert.StartsWith($"{Host.Address}/covr/", file.Url, StringComparison.Ordinal));
        Assert.InRange(files.Length, 10, 30);
        Assert.InRange(bytes, 40_000, 100_000);
        Browser.AssertNoFaults();
    }

    [Fact]
    public async Task NewFile_InTheFolder_AppearsByItself()
    {
        var page = await OpenAsync();
        var path = Path.Combine(Host.Media, "night", "brand new.jpg");
        try
        {
            Scenes.Write(path, "night", 200, new DateTime(2026, 1, 1));

            await Assertions.Expect(page.Locator("#count")).ToHaveTextAsync($"{PageHost.Items + 1} pictures and clips");
            await Assertions.Expect(page.Locator("#state")).ToContainTextAsync($"{PageHost.Items + 1} indexed");
        }
        finally
        {
            File.Delete(path);
            await Assertions.Expect(page.Locator("#count")).ToHaveTextAsync($"{PageHost.Items} pictures and clips");
        }
    }

    [Fact]
    public async Task FailedFiles_InTheIndex_AreListedWithReasons()
    {
        var page = await OpenAsync();

        await page.ClickAsync("#state");

        await Assertions.Expect(page.Locator(".failed li")).ToHaveCountAsync(2);
        Assert.Contains("torn.jpg", await page.TextContentAsync(".failed"), StringComparison.Ordinal);
        Assert.Contains("damaged", await page.TextContentAsync(".failed"), StringComparison.Ordinal);
        await Chromium.AssertAccessibleAsync(page);
        await KeepAsync(page, "failed-files");
    }

    [Fact]
    public async Task Server_Gone_IsSaidAndItsReturnIsNoticed()
    {
        var page = await OpenAsync("text=sea");
        await Host.StopAsync();

        await page.FillAsync("#words", "night");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync("The server does not answer.");
        await Assertions.Expect(page.Locator("#state")).ToHaveTextAsync("No connection");
        await KeepAsync(page, "offline");
        await Host.RunAsync(Stop);

        await Assertions.Expect(page.Locator("#problem")).ToBeHiddenAsync(new LocatorAssertionsToBeHiddenOptions { Timeout = 30_000 });
        Assert.Equal(["sea", "night"], await ChipsAsync(page));
        await Host.WaitAsync(PageHost.Items, Stop);
    }

    [Theory]
    [InlineData("model.loading", "The model is being loaded.")]
    [InlineData("busy", "The server is busy.")]
    public async Task Search_OfAServerThatIsNotReady_SucceedsByItself(string code, string sentence)
    {
        var page = await Browser.OpenAsync();
        var answers = 0;
        var seen = new TaskCompletionSource();
        await page.RouteAsync("**/search", async route =>
        {
            if (answers++ == 0)
            {
                await route.FulfillAsync(new RouteFulfillOptions { Status = 503, ContentType = "application/problem+json", Headers = [new("Retry-After", "1")], Body = $$"""{"code":"{{code}}","title":"Later."}""" });
                return;
            }

            await seen.Task;
            await route.ContinueAsync();
        });

        await page.GotoAsync($"{Host.Address}/covr/#text=sea");
        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync(sentence);
        seen.SetResult();

        await Assertions.Expect(page.Locator("#problem")).ToBeHiddenAsync();
        Assert.NotEmpty(await NamesAsync(page));
    }

    [Fact]
    public async Task EmptyFolder_SaysWhatToDo()
    {
        await using var host = await PageHost.StartAsync(Stop, isFilled: false);
        var page = await Browser.OpenAsync();

        await page.GotoAsync($"{host.Address}/covr/");

        await Assertions.Expect(page.Locator("#below p")).ToContainTextAsync("Put some into the folder");
        await KeepAsync(page, "empty");
    }

    [Fact]
    public async Task Language_WithoutTexts_FallsBackToEnglish()
    {
        var page = await OpenAsync(options: new BrowserNewContextOptions { Locale = "de-DE" });

        Assert.Equal("en", await page.GetAttributeAsync("html", "lang"));
        Assert.Equal("Search", await page.TextContentAsync("#search .go span"));
    }

    [Fact]
    public async Task Results_Announced_ByALiveRegion()
    {
        var page = await OpenAsync();

        await TypeAsync(page, "heath");

        Assert.Equal("OUTPUT", await page.EvaluateAsync<string>("() => document.querySelector('#count').tagName"));
        Assert.Equal($"2 found among {PageHost.Items}", await page.TextContentAsync("#count"));
    }

    [Theory]
    [InlineData("light", ColorScheme.Light)]
    [InlineData("dark", ColorScheme.Dark)]
    public async Task Page_OnADesktop_IsAccessible(string name, ColorScheme scheme)
    {
        var page = await OpenAsync("text=sea&text-unwanted=night&weight=1.5", new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 860 }, ColorScheme = scheme });
        await Tile(page, 1).Locator(".pick").ClickAsync();

        await Chromium.AssertAccessibleAsync(page);
        await KeepAsync(page, name);
        await page.Locator(".part").First.ClickAsync();
        await Chromium.AssertAccessibleAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await page.GotoAsync($"{Host.Address}/covr/#text=sunset&kind=video");
        await AnsweredAsync(page);
        await ViewAsync(page, 0);
        await page.Locator(".strip button").First.WaitForAsync();
        await Chromium.AssertAccessibleAsync(page);
        await KeepAsync(page, name + "-large-view");
        Browser.AssertNoFaults();
    }

    [Fact]
    public async Task Page_OnAPhone_IsAccessibleAndNotTooWide()
    {
        var page = await OpenAsync("text=sea&text-unwanted=night", Phone);

        Assert.Equal(390, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        await Chromium.AssertAccessibleAsync(page);
        await KeepAsync(page, "phone");
        await page.TapAsync("#show-filters");
        await Chromium.AssertAccessibleAsync(page);
        await KeepAsync(page, "phone-filters");
        await page.TapAsync("#filters .head .tool");
        await page.TapAsync(".tile >> nth=0 >> .shot");
        await page.Locator("#viewer[open]").WaitForAsync();
        await Chromium.AssertAccessibleAsync(page);
        await KeepAsync(page, "phone-large-view");
    }

    [Fact]
    public async Task Page_ByKeysAlone_ReachesEverything()
    {
        var page = await OpenAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("forest");
        await SearchedAsync(page, () => page.Keyboard.PressAsync("Enter"));
        var reached = new HashSet<string>();

        for (var i = 0; i < 40; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("() => document.activeElement.id || document.activeElement.className || document.activeElement.name"));
        }

        Assert.Superset(new HashSet<string> { "pick", "part", "x", "start-over", "kind", "folder", "taken-from", "taken-to", "relevant", "collapse", "sort", "shot" }, reached);
    }
}
