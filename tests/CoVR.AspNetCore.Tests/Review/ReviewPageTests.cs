using CoVR.AspNetCore.Review;
using CoVR.AspNetCore.Tests.Browser;
using Microsoft.Playwright;

namespace CoVR.AspNetCore.Tests.Review;

/// <summary>The review page in a real browser.</summary>
[Collection("torch")] // the hostile tests watch the folder for temporary files
public sealed class ReviewPageTests(Chromium browser) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData("1", 0)]
    [InlineData("2", 1)]
    [InlineData("3", 2)]
    public async Task KeysOneToThree_OnAnItem_KeepItsTextAndGoOn(string key, int text)
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);

        await page.Keyboard.PressAsync(key);

        await ShowsAsync(page, 2);
        Assert.Equal(new ReviewState(true, queue.Items[0].Texts[text], false), queue.GetDecisions("reviewer")["item-0"]);
        browser.AssertNoFaults();
    }

    [Fact]
    public async Task KeyE_WritingAndEnter_KeepsTheOwnText()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);

        await page.Keyboard.PressAsync("e");
        await page.Keyboard.TypeAsync("1 sun, due west");
        await page.Keyboard.PressAsync("Enter");

        await ShowsAsync(page, 2);
        Assert.Equal(new ReviewState(true, "1 sun, due west", false), queue.GetDecisions("reviewer")["item-0"]);
        await page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(page.Locator("#own-text")).ToHaveValueAsync("1 sun, due west");
        browser.AssertNoFaults();
    }

    [Fact]
    public async Task KeyE_Escape_LeavesTheFieldAndDecidesNothing()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);

        await page.Keyboard.PressAsync("e");
        await page.Keyboard.TypeAsync("d");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("ArrowRight");

        await ShowsAsync(page, 2);
        Assert.Empty(queue.GetDecisions("reviewer"));
    }

    [Fact]
    public async Task KeyD_OnAnItem_DiscardsItAndGoesOn()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);

        await page.Keyboard.PressAsync("d");

        await ShowsAsync(page, 2);
        Assert.Equal(new ReviewState(false, null, false), queue.GetDecisions("reviewer")["item-0"]);
        await Assertions.Expect(page.Locator("#counts")).ToHaveTextAsync("1 of 5 decided: 0 kept, 1 discarded, 0 flagged");
    }

    [Fact]
    public async Task KeyF_Twice_FlagsAndUnflagsAndKeepsTheDecision()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);
        await page.Keyboard.PressAsync("2");
        await ShowsAsync(page, 2);
        await page.Keyboard.PressAsync("ArrowLeft");
        await ShowsAsync(page, 1);

        await page.Keyboard.PressAsync("f");
        await Assertions.Expect(page.Locator("#flag")).ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Equal(new ReviewState(true, queue.Items[0].Texts[1], true), queue.GetDecisions("reviewer")["item-0"]);
        await page.Keyboard.PressAsync("f");
        await Assertions.Expect(page.Locator("#flag")).ToHaveAttributeAsync("aria-pressed", "false");

        await ShowsAsync(page, 1);
        Assert.Equal(new ReviewState(true, queue.Items[0].Texts[1], false), queue.GetDecisions("reviewer")["item-0"]);
    }

    [Fact]
    public async Task KeyU_AfterDecisions_TakesThemBackOneByOneAndShowsEach()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);
        await page.Keyboard.PressAsync("1");
        await ShowsAsync(page, 2);
        await page.Keyboard.PressAsync("d");
        await ShowsAsync(page, 3);

        await page.Keyboard.PressAsync("u");
        await ShowsAsync(page, 2);
        Assert.Equal(["item-0"], queue.GetDecisions("reviewer").Keys);
        await page.Keyboard.PressAsync("u");
        await ShowsAsync(page, 1);
        await page.Keyboard.PressAsync("u");

        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync("nothing to take back");
        Assert.Empty(queue.GetDecisions("reviewer"));
    }

    [Fact]
    public async Task KeysArrowsAndN_BetweenItems_MoveWithinTheQueue()
    {
        using var queue = await MadeQueue.CreateAsync(3);
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);

        await page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync("This is the first");
        await page.Keyboard.PressAsync("ArrowRight");
        await ShowsAsync(page, 2);
        await page.Keyboard.PressAsync("d");
        await ShowsAsync(page, 3);
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync("This is the last");
        await page.Keyboard.PressAsync("n");
        await ShowsAsync(page, 1);
        await page.Keyboard.PressAsync("1");
        await ShowsAsync(page, 3);
        await page.Keyboard.PressAsync("1");

        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync("Every triplet is decided");
        browser.AssertNoFaults();
    }

    [Fact]
    public async Task KeyP_OnAVideo_PausesAndPlaysIt()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);
        var video = page.Locator("#target video");
        Assert.True(await video.EvaluateAsync<bool>("video => new Promise(resolve => video.addEventListener('timeupdate', () => resolve(video.currentTime > 0 && !video.paused), { once: true }))"));

        await page.Keyboard.PressAsync("p");
        await Assertions.Expect(video).ToHaveJSPropertyAsync("paused", true);
        await page.Keyboard.PressAsync("p");

        await Assertions.Expect(video).ToHaveJSPropertyAsync("paused", false);
    }

    [Fact]
    public async Task Reload_AfterDecisions_RestoresThemAndGoesToTheFirstUndecided()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);
        await page.Keyboard.PressAsync("3");
        await ShowsAsync(page, 2);
        await page.Keyboard.PressAsync("d");
        await ShowsAsync(page, 3);

        await page.ReloadAsync();

        await ShowsAsync(page, 3);
        await Assertions.Expect(page.Locator("#counts")).ToHaveTextAsync("2 of 5 decided: 1 kept, 1 discarded, 0 flagged");
        await page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(page.Locator("#decision")).ToHaveTextAsync("Discarded.");
        await page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(page.Locator("#texts button").Nth(2)).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Keyboard.PressAsync("u");
        await ShowsAsync(page, 2);
    }

    [Fact]
    public async Task Reviewers_InTwoBrowsers_DecideApartAndAreCompared()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var (anna, ben) = (await OpenAsync(server, "?reviewer=Anna"), await OpenAsync(server));
        await ben.Locator("#reviewer").FillAsync("Ben");
        await ben.Locator("#reviewer").PressAsync("Enter");
        await Assertions.Expect(ben).ToHaveURLAsync($"{server.Address}?reviewer=Ben");

        await anna.Locator("#position").ClickAsync();
        await anna.Keyboard.PressAsync("1");
        await ShowsAsync(anna, 2);
        await ben.Locator("#discard").ClickAsync();
        await ShowsAsync(ben, 2);
        await ben.Locator("#show-agreement").ClickAsync();

        Assert.True(queue.GetDecisions("Anna")["item-0"].IsKept);
        Assert.False(queue.GetDecisions("Ben")["item-0"].IsKept);
        await Assertions.Expect(ben.Locator("#agreement")).ToContainTextAsync("0.50");
        await Assertions.Expect(ben.Locator("#agreement tbody tr")).ToHaveCountAsync(4);
        await Chromium.AssertAccessibleAsync(ben);
        await Chromium.KeepPictureAsync(ben, "review-agreement");
        await ben.Keyboard.PressAsync("Escape");
        await Assertions.Expect(ben.Locator("#agreement")).ToBeHiddenAsync();
        browser.AssertNoFaults();
    }

    [Fact]
    public async Task Decision_WhileTheServerIsGone_IsNotShownAsSavedAndCanBeTriedAgain()
    {
        using var queue = await MadeQueue.CreateAsync();
        var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);
        await page.Keyboard.PressAsync("1");
        await ShowsAsync(page, 2);
        await server.DisposeAsync();

        await page.Keyboard.PressAsync("d");
        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync("The server does not answer");
        await ShowsAsync(page, 2);
        await Assertions.Expect(page.Locator("#decision")).ToHaveTextAsync("Not decided yet.");

        // The new server knows no token of the old one.
        await using var again = await ReviewServer.StartAsync(queue, server.Address.Port);
        await page.Locator("#retry").ClickAsync();
        await ShowsAsync(page, 3);
        await Assertions.Expect(page.Locator("#problem")).ToBeHiddenAsync();
        Assert.Equal(2, queue.GetDecisions("reviewer").Count);
    }

    [Theory]
    [InlineData(true, "Not saved: the text is too long")]
    [InlineData(false, "Not saved: The decision was not saved")]
    public async Task Decision_ThatIsRefused_SaysWhyAndStays(bool isInvalid, string message)
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);
        queue.Fault = isInvalid ? new ArgumentException("the text is too long") : new GalleryException("gallery", "the disk is full");

        await page.Keyboard.PressAsync("1");

        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync(message);
        await ShowsAsync(page, 1);
        Assert.Empty(queue.GetDecisions("reviewer"));
    }

    [Fact]
    public async Task Keyboard_Alone_ReachesEveryControl()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);
        HashSet<string> reached = [];

        for (var press = 0; press < 20; press++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("document.activeElement.id || document.activeElement.innerText.trim().split(/\\s+/)[0] || document.activeElement.tagName"));
        }

        Assert.Empty(new[] { "reviewer", "show-agreement", "show-help", "1", "2", "3", "own-text", "Use", "discard", "flag", "undo", "previous", "next", "open" }.Except(reached));
        await page.Locator("#flag").FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator("#flag")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(page.Locator("#flag")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync("Saved. Triplet 1 of 5. Not decided yet. Flagged.");
    }

    [Fact]
    public async Task Keys_SwitchedOff_DoNothingUntilTheyAreOnAgain()
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);
        await page.Keyboard.PressAsync("?");
        await Chromium.AssertAccessibleAsync(page);
        await Chromium.KeepPictureAsync(page, "review-keys");
        await page.Locator("#use-keys").UncheckAsync();
        await page.Keyboard.PressAsync("Escape");

        await page.Keyboard.PressAsync("d");
        await page.ReloadAsync();
        await ShowsAsync(page, 1);
        await page.Keyboard.PressAsync("d");
        await page.Locator("#next").ClickAsync();

        await ShowsAsync(page, 2);
        Assert.Empty(queue.GetDecisions("reviewer"));
    }

    [Fact]
    public async Task Page_WithHostileTexts_ShowsThemAsTexts()
    {
        using var queue = await MadeQueue.CreateAsync(caption: "<img src=x onerror=\"document.title='run'\">");
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await OpenAsync(server);

        await Assertions.Expect(page.Locator("#reference-caption")).ToContainTextAsync("<img src=x");

        Assert.NotEqual("run", await page.TitleAsync());
        browser.AssertNoFaults();
    }

    [Theory]
    [InlineData("light", 1200)]
    [InlineData("dark", 1200)]
    [InlineData("light", 390)]
    [InlineData("dark", 390)]
    public async Task Page_InEveryLook_IsAccessibleFitsAndAsksOnlyItsServer(string scheme, int width)
    {
        using var queue = await MadeQueue.CreateAsync();
        await using var server = await ReviewServer.StartAsync(queue);
        var page = await browser.OpenAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = width, Height = width > 600 ? 900 : 844 },
            ReducedMotion = ReducedMotion.Reduce,
        });
        List<string> foreign = [];
        page.Request += (_, request) => foreign.AddRange(request.Url.StartsWith(server.Address.ToString(), StringComparison.Ordinal) || request.Url.StartsWith("data:", StringComparison.Ordinal) ? [] : [request.Url]);
        await page.GotoAsync(server.Address.ToString());
        await ShowsAsync(page, 1);
        await page.Keyboard.PressAsync("2");
        await ShowsAsync(page, 2);
        await page.Keyboard.PressAsync("f");
        await Assertions.Expect(page.Locator("#flag")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Keyboard.PressAsync("ArrowLeft");
        await ShowsAsync(page, 1);

        await Chromium.AssertAccessibleAsync(page);
        await Chromium.KeepPictureAsync(page, $"review-{scheme}-{width}");

        Assert.Empty(foreign);
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width);
        browser.AssertNoFaults();
    }

    private static Task ShowsAsync(IPage page, int number) => Assertions.Expect(page.Locator("#position")).ToContainTextAsync($"Triplet {number} of");

    private async Task<IPage> OpenAsync(ReviewServer server, string query = "")
    {
        var page = await browser.OpenAsync();
        await page.GotoAsync(server.Address + query);
        await ShowsAsync(page, 1);
        return page;
    }
}
