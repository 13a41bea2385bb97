using CoVR.Media;
using Microsoft.Playwright;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>Wishes, references and turns on the page, in a real browser.</summary>
[Collection("torch")]
public sealed class QueryTests(PageFixture fixture) : PageTest(fixture), IClassFixture<PageFixture>
{
    [Fact]
    public async Task Words_Entered_BecomeAChipAndFindWhatTheySay()
    {
        var page = await OpenAsync();

        await TypeAsync(page, "forest");

        Assert.Equal(["forest"], await ChipsAsync(page));
        Assert.All((await NamesAsync(page)).Take(5), name => Assert.Contains("forest", name, StringComparison.Ordinal));
        Assert.Equal("", await page.InputValueAsync("#words"));
        Browser.AssertNoFaults();
    }

    [Fact]
    public async Task Words_AfterAMinus_AreUnwanted()
    {
        var page = await OpenAsync("text=forest");

        await TypeAsync(page, "-night");

        Assert.Equal(["forest", "−night"], await ChipsAsync(page));
        Assert.Equal("#text=forest&text-unwanted=night", new Uri(page.Url).Fragment);
    }

    [Fact]
    public async Task Chip_Keys_ChangeWeightAndRoleAndRemove()
    {
        var page = await OpenAsync("text=sea&text=night");
        await page.Locator(".part").Last.FocusAsync();

        await page.Keyboard.PressAsync("ArrowUp");
        await SearchedAsync(page, () => page.Keyboard.PressAsync("ArrowUp"));
        Assert.Equal(["sea", "night×1.5"], await ChipsAsync(page));
        await SearchedAsync(page, () => page.Keyboard.PressAsync("-"));
        Assert.Equal(["sea", "−night×1.5"], await ChipsAsync(page));
        await SearchedAsync(page, () => page.Keyboard.PressAsync("Delete"));

        Assert.Equal(["sea"], await ChipsAsync(page));
    }

    [Fact]
    public async Task Chip_Opened_HasASliderAndRoles()
    {
        var page = await OpenAsync("text=sea&text=night");
        await page.Locator(".part").Last.ClickAsync();

        await SearchedAsync(page, () => page.Locator(".adjust:popover-open input[type=range]").FillAsync("2"));
        await SearchedAsync(page, () => page.GetByLabel("Kept as it is").Last.CheckAsync());

        Assert.Equal(["sea", "=night×2"], await ChipsAsync(page));
        Assert.Equal("#text=sea&text-kept=night&weight=2", new Uri(page.Url).Fragment);
    }

    [Fact]
    public async Task File_Picked_FindsItsLikeAndIsSentOnce()
    {
        var page = await OpenAsync();
        var sent = new List<string?>();
        page.Request += (_, request) => sent.AddRange(request.Url.EndsWith("/search", StringComparison.Ordinal) ? [request.Headers.GetValueOrDefault("content-type")] : []);

        await SearchedAsync(page, () => page.SetInputFilesAsync("#pick", Picture("sunset")));
        await TypeAsync(page, "night");

        Assert.Equal(["my sunset.jpg", "night"], await ChipsAsync(page));
        Assert.StartsWith("multipart/form-data", sent[0], StringComparison.Ordinal);
        Assert.Equal("application/json", sent[1]);
        Assert.StartsWith("blob:", await page.Locator(".part img").GetAttributeAsync("src"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_Several_AreSeveralReferences()
    {
        var page = await OpenAsync();

        await SearchedAsync(page, () => page.SetInputFilesAsync("#pick", [Picture("sunset"), Picture("sea")]));

        Assert.Equal(["my sunset.jpg", "my sea.jpg"], await ChipsAsync(page));
        Assert.False(await page.IsVisibleAsync("#problem"));
    }

    [Fact]
    public async Task File_Photographed_IsAReference()
    {
        var page = await OpenAsync(options: new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 390, Height = 844 }, HasTouch = true, IsMobile = true });

        Assert.Equal("environment", await page.GetAttributeAsync("#photograph", "capture"));
        Assert.True(await page.Locator("label:has(#photograph)").IsVisibleAsync());
        await SearchedAsync(page, () => page.SetInputFilesAsync("#photograph", Picture("forest")));

        Assert.Contains("forest", (await NamesAsync(page))[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("paste")]
    [InlineData("drop")]
    public async Task File_BroughtToThePage_IsAReference(string way)
    {
        var page = await OpenAsync();
        var bytes = Convert.ToBase64String(Picture("desert").Buffer);

        await SearchedAsync(page, () => page.EvaluateAsync(
            """
            ([way, bytes]) => {
              const data = new DataTransfer();
              data.items.add(new File([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))], "brought.jpg", { type: "image/jpeg" }));
              document.body.dispatchEvent(way === "paste" ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true }) : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
            }
            """, new[] { way, bytes }));

        Assert.Equal(["brought.jpg"], await ChipsAsync(page));
        Assert.Contains("desert", (await NamesAsync(page))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_OfAnotherType_IsRefusedAndTheResultsStay()
    {
        var page = await OpenAsync("text=sea");

        await page.SetInputFilesAsync("#pick", new FilePayload { Name = "notes.txt", MimeType = "text/plain", Buffer = "hello"u8.ToArray() });
        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync("no picture or clip of a known format");
        await page.SetInputFilesAsync("#pick", new FilePayload { Name = "lie.jpg", MimeType = "image/jpeg", Buffer = "hello"u8.ToArray() });

        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync("no picture or clip of a known format");
        await Assertions.Expect(page.Locator(".chip")).ToHaveCountAsync(1);
        Assert.NotEmpty(await NamesAsync(page));
    }

    [Fact]
    public async Task Upload_ForgottenByTheServer_IsSentAgain()
    {
        var page = await OpenAsync();
        await SearchedAsync(page, () => page.SetInputFilesAsync("#pick", Picture("sunset")));

        await Host.StopAsync();
        await Host.RunAsync(Stop);
        await Host.WaitAsync(PageHost.Items, Stop);
        await page.FillAsync("#words", "night");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".chip")).ToHaveCountAsync(2);
        await AnsweredAsync(page);

        Assert.Equal(["my sunset.jpg", "night"], await ChipsAsync(page));
        Assert.False(await page.IsVisibleAsync("#problem"));
    }

    [Fact]
    public async Task Tile_DroppedOnThePage_IsAReference()
    {
        var page = await OpenAsync();
        var name = (await NamesAsync(page))[1];

        await SearchedAsync(page, () => Tile(page, 1).DragToAsync(page.Locator("#search")));

        Assert.Equal([name], await ChipsAsync(page));
    }

    [Fact]
    public async Task MoreLikeThis_WithAWish_StartsFromTheItem()
    {
        var page = await OpenAsync("text=sea");
        var name = (await NamesAsync(page))[0];
        await ViewAsync(page, 0);

        await page.ClickAsync("#viewer >> text=More like this");
        await page.FillAsync("#ask-text", "night");
        await SearchedAsync(page, () => page.Keyboard.PressAsync("Enter"));

        Assert.Equal([name, "night"], await ChipsAsync(page));
        Assert.DoesNotContain(name, await NamesAsync(page));
    }

    [Fact]
    public async Task Reference_FromTheLargeView_JoinsTheQuery()
    {
        var page = await OpenAsync("text=sea");
        await ViewAsync(page, 2);

        await SearchedAsync(page, () => page.ClickAsync("#viewer >> text=Use as reference"));

        Assert.Equal(2, (await ChipsAsync(page)).Length);
        Assert.False(await page.Locator("#viewer").IsVisibleAsync());
    }

    [Fact]
    public async Task Hidden_Items_StayAwayUntilTheyAreShownAgain()
    {
        var page = await OpenAsync("text=sea");
        var name = (await NamesAsync(page))[0];
        await ViewAsync(page, 0);

        await SearchedAsync(page, () => page.ClickAsync("#viewer >> text=Hide"));
        Assert.DoesNotContain(name, await NamesAsync(page));
        await SearchedAsync(page, () => page.GetByLabel("Show the hidden ones again").ClickAsync());

        Assert.Equal(name, (await NamesAsync(page))[0]);
    }

    [Fact]
    public async Task Turns_OfASearch_CanBeGoneBackTo()
    {
        var page = await OpenAsync();
        await TypeAsync(page, "sea");
        await TypeAsync(page, "-night");
        await TypeAsync(page, "sunset");

        await SearchedAsync(page, () => page.ClickAsync("#turns button >> text=/^sea$/"));
        Assert.Equal(["sea"], await ChipsAsync(page));
        await SearchedAsync(page, () => page.GoBackAsync());

        Assert.Equal(["sea", "−night", "sunset"], await ChipsAsync(page));
        Assert.Equal("sea, − night, sunset", await page.Locator("#turns [aria-current=step]").TextContentAsync());
        Assert.Equal(3, await page.Locator("#turns li").CountAsync());
    }

    [Fact]
    public async Task Link_OfASearch_RestoresIt()
    {
        const string Link = "text=sunset&weight=1.5&text-unwanted=night&item=sea%2Fsea+02.jpg&kind=image&folder=sunset&sort=time&unfolded=1";
        var page = await OpenAsync(Link);

        Assert.Equal(["sunset×1.5", "−night", "sea 02.jpg"], await ChipsAsync(page));
        Assert.All(await NamesAsync(page), name => Assert.Contains("sunset", name, StringComparison.Ordinal));
        Assert.Equal("time", await page.InputValueAsync("#sort"));
        Assert.False(await page.IsCheckedAsync("#collapse"));
        Assert.Equal("#" + Link, new Uri(page.Url).Fragment);
    }

    [Fact]
    public async Task Link_WithAnItemThatIsGone_SearchesWithoutIt()
    {
        var page = await OpenAsync("text=sea&item=gone.jpg");

        Assert.Equal(["sea"], await ChipsAsync(page));
        await Assertions.Expect(page.Locator("#problem")).ToContainTextAsync("no longer there");
        Assert.NotEmpty(await NamesAsync(page));
    }

    [Fact]
    public async Task Clear_OfASearch_ShowsEverything()
    {
        var page = await OpenAsync("text=sea&kind=image");

        await SearchedAsync(page, () => page.ClickAsync("#start-over"));

        Assert.Equal($"{PageHost.Items} pictures and clips", await page.TextContentAsync("#count"));
        Assert.Equal("", new Uri(page.Url).Fragment);
    }

    private static FilePayload Picture(string kind) => new() { Name = $"my {kind}.jpg", MimeType = "image/jpeg", Buffer = MediaWriter.EncodeJpeg(Scenes.Paint(kind, 77)) };
}
