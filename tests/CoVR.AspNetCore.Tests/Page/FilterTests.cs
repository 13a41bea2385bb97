using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>Filters, order and relevance on the page, in a real browser.</summary>
[Collection("torch")]
public sealed class FilterTests(PageFixture fixture) : PageTest(fixture), IClassFixture<PageFixture>
{
    [Fact]
    public async Task Kind_Clips_ShowsClips()
    {
        var page = await OpenAsync();

        await SearchedAsync(page, () => page.Locator("#kinds [value=video]").CheckAsync());

        Assert.Equal(3, (await NamesAsync(page)).Length);
        Assert.All(await NamesAsync(page), name => Assert.EndsWith(".mp4", name, StringComparison.Ordinal));
        Assert.Equal("#kind=video", new Uri(page.Url).Fragment);
    }

    [Fact]
    public async Task Folder_Chosen_ShowsItsItems()
    {
        var page = await OpenAsync("text=night");

        await SearchedAsync(page, () => page.SelectOptionAsync("#folder", "desert"));

        Assert.All(await NamesAsync(page), name => Assert.StartsWith("desert", name, StringComparison.Ordinal));
        await SearchedAsync(page, () => page.ClickAsync("#clear-filters"));
        Assert.Contains(await NamesAsync(page), name => name.StartsWith("night", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Taken_RangeByKeys_NarrowsTheResults()
    {
        var page = await OpenAsync();
        Assert.Equal("Any time", await page.TextContentAsync("#taken-text"));
        await page.FocusAsync("#taken-from");

        for (var i = 0; i < 3; i++)
        {
            await SearchedAsync(page, () => page.Keyboard.PressAsync("ArrowRight"));
        }

        Assert.True((await NamesAsync(page)).Length is > 10 and < 60);
        Assert.Contains("–", await page.TextContentAsync("#taken-text"), StringComparison.Ordinal);
        Assert.Equal(3, await page.EvaluateAsync<int>("() => document.querySelectorAll('#bars rect:not(.in)').length"));
        Assert.StartsWith("#from=", new Uri(page.Url).Fragment, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Taken_Ends_NeverCross()
    {
        var page = await OpenAsync();

        await page.Locator("#taken-from").EvaluateAsync("range => { range.value = 40; range.dispatchEvent(new Event('input')); }");

        Assert.Equal("39", await page.InputValueAsync("#taken-from"));
        Assert.Equal("40", await page.InputValueAsync("#taken-to"));
    }

    [Fact]
    public async Task Tag_GivenToASelection_CanBeFilteredBy()
    {
        var page = await OpenAsync("folder=desert&sort=name");
        await Tile(page, 0).Locator(".pick").ClickAsync();
        await Tile(page, 2).Locator(".shot").ClickAsync(new LocatorClickOptions { Modifiers = [KeyboardModifier.Shift] });
        await page.ClickAsync("#bulk >> text=Tag");
        await page.FillAsync("#ask-text", "holiday, sand");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#tags >> text=holiday").WaitForAsync();

        await SearchedAsync(page, () => page.ClickAsync("#tags >> text=holiday"));

        Assert.Equal(3, (await NamesAsync(page)).Length);
        Assert.Equal("true", await page.Locator("#tags >> text=holiday").GetAttributeAsync("aria-pressed"));
        await page.ClickAsync(".tile >> nth=0 >> .pick");
        await page.ClickAsync("#bulk >> text=Tag");
        await page.FillAsync("#ask-text", "-holiday");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#said")).ToHaveTextAsync("1 item tagged.");
        await SearchedAsync(page, () => page.ReloadAsync());
        Assert.Equal(2, (await NamesAsync(page)).Length);
    }

    [Fact]
    public async Task Order_ByTime_PutsTheLatestFirst()
    {
        var page = await OpenAsync("text=sea&all=1");
        var byRelevance = await NamesAsync(page);

        await SearchedAsync(page, () => page.SelectOptionAsync("#sort", "time"));

        Assert.NotEqual(byRelevance, await NamesAsync(page));
        Assert.EndsWith(".mp4", (await NamesAsync(page))[0], StringComparison.Ordinal); // taken by no camera: the time of the file, which is now
    }

    [Fact]
    public async Task Cutoff_OfARareKind_LeavesOutTheRestUntilItIsAskedFor()
    {
        var page = await OpenAsync("text=heath");

        Assert.Equal(2, (await NamesAsync(page)).Length);
        Assert.Equal("The rest is less relevant.", await page.TextContentAsync("#below p"));
        await SearchedAsync(page, () => page.ClickAsync("#below >> text=Show the rest"));

        Assert.False(await page.IsCheckedAsync("#relevant"));
        Assert.True((await NamesAsync(page)).Length > 10);
        await SearchedAsync(page, () => page.Locator("#relevant").CheckAsync());
        Assert.Equal(2, (await NamesAsync(page)).Length);
    }

    [Fact]
    public async Task Cutoff_ThatNothingReaches_ShowsWhatComesClosest()
    {
        var page = await OpenAsync();
        await page.RouteAsync("**/search", async route =>
        {
            var answer = await route.FetchAsync();
            var body = (await answer.JsonAsync<JsonObject>())!;
            body["cutoff"] = 9;
            await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = body.ToJsonString() });
        });

        await TypeAsync(page, "sunset");

        Assert.Equal("Nothing is clearly relevant; this comes closest.", await page.TextContentAsync("#count"));
        Assert.Contains("sunset", (await NamesAsync(page))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoHits_WithAFilter_SayWhatToDo()
    {
        var page = await OpenAsync("text=sea&folder=nowhere");

        Assert.Equal("Nothing fits. Remove a wish or a filter.", await page.TextContentAsync("#below p"));
        await SearchedAsync(page, () => page.ClickAsync("#below >> text=Clear filters"));

        Assert.NotEmpty(await NamesAsync(page));
    }
}
