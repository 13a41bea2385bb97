using CoVR.AspNetCore.Tests.Browser;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>The grid with many hits, in a real browser.</summary>
[Collection("torch")]
public sealed class LargeGalleryTests(Chromium browser) : IClassFixture<Chromium>
{
    private const int Items = 10_000;

    [Fact]
    public async Task Grid_OfTenThousandHits_KeepsFewElements()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var host = await PageHost.StartAsync(stop, isFilled: false);
        var gallery = await host.GalleryAsync();
        await gallery.UpsertAsync([.. Enumerable.Range(0, Items).Select(i => new GalleryEntry(new MediaId($"{i:00000}.jpg"), Embedding(i)) { Properties = new GalleryProperties { Kind = MediaKind.Picture } })], stop);
        var page = await browser.OpenAsync();
        await page.RouteAsync("**/thumbnail**", route => route.FulfillAsync(new() { Status = 404 }));
        await page.GotoAsync($"{host.Address}/covr/#sort=name");
        await page.Locator(".tile").First.WaitForAsync();

        var most = 0;
        for (var loaded = 0; loaded < Items;)
        {
            await page.EvaluateAsync("() => scrollTo(0, document.body.scrollHeight)");
            await page.WaitForFunctionAsync("loaded => Number(document.querySelector('.tile:last-child').getAttribute('aria-setsize')) > loaded", loaded);
            loaded = await page.EvaluateAsync<int>("() => Number(document.querySelector('.tile:last-child').getAttribute('aria-setsize'))");
            most = Math.Max(most, await page.EvaluateAsync<int>("() => document.querySelectorAll('*').length"));
        }

        await page.EvaluateAsync("() => scrollTo(0, document.body.scrollHeight)");
        await page.Locator(".tile[aria-posinset='10000']").WaitForAsync();
        Assert.InRange(most, 100, 1500);
        Assert.True(await page.Locator(".tile").CountAsync() < 120);
        browser.AssertNoFaults();
    }

    private static EmbeddingSet Embedding(int seed)
    {
        var random = new Random(seed);
        var values = new float[ColourModel.Width];
        values.AsSpan().Fill(0.01f);
        values[random.Next(values.Length)] = 1;
        return new EmbeddingSet(values, 1, values.Length);
    }
}
