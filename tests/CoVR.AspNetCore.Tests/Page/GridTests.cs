using Microsoft.Playwright;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>The grid, the selection and the large view of the page, in a real browser.</summary>
[Collection("torch")]
public sealed class GridTests(PageFixture fixture) : PageTest(fixture), IClassFixture<PageFixture>
{
    [Fact]
    public async Task Grid_Keys_MoveSelectAndOpen()
    {
        var page = await OpenAsync("sort=name");
        var names = await NamesAsync(page);
        await Tile(page, 0).Locator(".shot").FocusAsync();

        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Shift+ArrowRight");
        await page.Keyboard.PressAsync("Shift+ArrowRight");
        Assert.Equal("3 selected", await page.TextContentAsync("#bulk output"));
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await page.IsVisibleAsync("#bulk"));
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.Locator("#viewer h2")).ToHaveTextAsync(names[3]);
        Browser.AssertNoFaults();
    }

    [Fact]
    public async Task Viewer_Keys_GoOnAndBackAndCloseWithTheFocusKept()
    {
        var page = await OpenAsync("sort=name");
        var names = await NamesAsync(page);
        await ViewAsync(page, 0);

        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowLeft");
        Assert.Equal(names[1], await page.TextContentAsync("#viewer h2"));
        await Assertions.Expect(page.Locator("#viewer .facts")).ToContainTextAsync("Folder");
        await page.Keyboard.PressAsync("Escape");

        Assert.False(await page.IsVisibleAsync("#viewer"));
        Assert.Equal(names[1], await page.EvaluateAsync<string>("() => document.activeElement.title"));
    }

    [Fact]
    public async Task Viewer_OfAClip_PlaysBySpaceAndFromAMoment()
    {
        var page = await OpenAsync("kind=video&sort=name");
        await ViewAsync(page, 0);
        await page.Locator(".strip button").First.WaitForAsync();

        await page.Keyboard.PressAsync("Space");
        await page.WaitForFunctionAsync("() => !document.querySelector('video').paused");
        await page.Keyboard.PressAsync("Space");
        await page.WaitForFunctionAsync("() => document.querySelector('video').paused");
        await page.Locator(".strip button").Nth(2).ClickAsync();
        await page.WaitForFunctionAsync("() => !document.querySelector('video').paused && document.querySelector('video').currentTime >= 2.4");

        Assert.InRange(await page.Locator(".strip button").CountAsync(), 3, 4);
        await SearchedAsync(page, () => page.ClickAsync("#viewer >> text=Search this moment"));
        Assert.Contains("span=", new Uri(page.Url).Fragment, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Viewer_Back_ClosesItAndKeepsTheSearch()
    {
        var page = await OpenAsync(options: new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });
        await TypeAsync(page, "sea");
        var (address, names) = (page.Url, await NamesAsync(page));
        await ViewAsync(page, 1);

        await page.GoBackAsync();
        await Assertions.Expect(page.Locator("#viewer")).ToBeHiddenAsync();
        Assert.Equal(address, page.Url);
        Assert.Equal(names, await NamesAsync(page));
        await ViewAsync(page, 2);
        await page.ClickAsync("#viewer .head button");
        await Assertions.Expect(page.Locator("#viewer")).ToBeHiddenAsync();
        await page.WaitForFunctionAsync("() => history.state === null"); // closed by hand it leaves no entry to go back over

        await SearchedAsync(page, () => page.GoBackAsync());
        Assert.Empty(await ChipsAsync(page));
        Browser.AssertNoFaults();
    }

    [Fact]
    public async Task Viewer_OfWhatTheBrowserCannotShow_ShowsThePreview()
    {
        var page = await OpenAsync("sort=name");
        await page.RouteAsync("**/media", route => route.FulfillAsync(new RouteFulfillOptions { Status = 200, ContentType = "image/tiff", Body = "no picture" }));

        await ViewAsync(page, 3);

        await Assertions.Expect(page.Locator("#viewer .note")).ToHaveTextAsync("This browser cannot show the original; this is its preview.");
        Assert.Contains("size=640", await page.Locator("#viewer .stage img").GetAttributeAsync("src"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Duplicates_Folded_OpenAndFoldAgain()
    {
        var page = await OpenAsync("text=sea&folder=sea");
        var copy = page.Locator(".shot[title='sea 01 copy.jpg'], .shot[title='sea 01.jpg']");
        Assert.Equal(1, await copy.CountAsync());
        var stack = page.Locator(".tile:has(.shot[title^='sea 01']) .stack");

        await stack.ClickAsync();
        await Assertions.Expect(copy).ToHaveCountAsync(2);
        Assert.Equal("true", await stack.GetAttributeAsync("aria-expanded"));
        await stack.ClickAsync();

        await Assertions.Expect(copy).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Selection_ByShiftAndClick_IsExportedAsAList()
    {
        var page = await OpenAsync("folder=forest&sort=name");
        await Tile(page, 1).Locator(".shot").ClickAsync(new LocatorClickOptions { Modifiers = [KeyboardModifier.Control] });
        await Tile(page, 4).Locator(".shot").ClickAsync(new LocatorClickOptions { Modifiers = [KeyboardModifier.Shift] });

        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#bulk >> text=Export list"));
        var lines = await File.ReadAllLinesAsync(await download.PathAsync(), Stop);

        Assert.Equal("covr-selection.csv", download.SuggestedFilename);
        Assert.Equal(5, lines.Length);
        Assert.Equal("id,kind,taken,score,tags", lines[0]);
        Assert.StartsWith("forest/forest 02.jpg,image,2", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Selection_OfAll_IsHiddenAtOnce()
    {
        var page = await OpenAsync("folder=forest&sort=name");
        await Tile(page, 0).Locator(".shot").FocusAsync();
        await page.Keyboard.PressAsync("Control+a");
        Assert.Equal("12 selected", await page.TextContentAsync("#bulk output"));

        await SearchedAsync(page, () => page.ClickAsync("#bulk >> text=Hide these"));

        Assert.Empty(await NamesAsync(page));
        Assert.Contains("12 hidden", await page.TextContentAsync("#chips"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Selection_AsReferences_JoinsTheQuery()
    {
        var page = await OpenAsync("folder=night&sort=name");
        await Tile(page, 0).Locator(".pick").ClickAsync();
        await Tile(page, 3).Locator(".pick").ClickAsync();

        await SearchedAsync(page, () => page.ClickAsync("#bulk >> text=Use as reference"));

        Assert.Equal(["night 01.jpg", "night 04.jpg"], await ChipsAsync(page));
    }

    [Fact]
    public async Task Folder_OfASelection_IsOpenedByTheServer()
    {
        var page = await OpenAsync("folder=desert&sort=name");
        await Tile(page, 1).Locator(".pick").ClickAsync();

        await page.ClickAsync("#bulk >> text=Open folder");

        await Assertions.Expect(page.Locator("#said")).ToHaveTextAsync("The folder is open on your screen.");
        Assert.Equal("desert/desert 02.jpg", Host.Shown.Last());
    }
}
