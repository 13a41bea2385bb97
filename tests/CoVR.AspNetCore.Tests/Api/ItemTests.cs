using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using CoVR.AspNetCore.Tests.Fakes;
using CoVR.Media;

namespace CoVR.AspNetCore.Tests.Api;

[Collection("torch")]
public sealed class ItemTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a/b c.png")]
    [InlineData("ü/%2F/é.png")]
    [InlineData("a%2fb.png")]
    [InlineData("plain.png")]
    public async Task Item_OfAnyIdentity_IsFoundByItsEscapedForm(string id)
    {
        await using var host = await WebHost.StartAsync();
        await host.AddAsync(id, 1, tags: "sea");

        var item = await host.GetAsync("items/" + WebHost.Escape(id));

        Assert.Equal(id, item.GetProperty("id").GetString());
        Assert.Equal("image", item.GetProperty("kind").GetString());
        Assert.Equal("sea", item.GetProperty("tags")[0].GetString());
        Assert.False(item.TryGetProperty("source", out _));
        Assert.DoesNotContain(host.Files.FullName, item.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thumbnail_OfAPicture_IsMadeOnceAndHasATag()
    {
        await using var host = await WebHost.StartAsync();
        await host.AddAsync("1.png", 1);
        var address = (await host.GetAsync("items/1.png")).GetProperty("thumbnail").GetString()!;

        var made = await host.SendAsync("GET", address);
        var again = await host.SendAsync("GET", address, headers: ("If-None-Match", made.Headers.ETag!.ToString()));
        var kept = await host.SendAsync("GET", address);

        Assert.Equal("image/jpeg", made.Content.Headers.ContentType?.ToString());
        Assert.Equal(TimeSpan.FromDays(1), made.Headers.CacheControl?.MaxAge);
        Assert.Equal(24, Decode(await made.Content.ReadAsByteArrayAsync(Stop)).Width);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(await made.Content.ReadAsByteArrayAsync(Stop), await kept.Content.ReadAsByteArrayAsync(Stop));
        Assert.Single(Directory.GetFiles(host.Files["thumbnails"]));
    }

    [Fact]
    public async Task Thumbnail_OfAVideo_ShowsTheTimeAskedFor()
    {
        await using var host = await WebHost.StartAsync();
        var path = host.Files["clip.mp4"];
        var frames = Enumerable.Range(0, 30).Select(i => Solid((byte)(i < 15 ? 250 : 5), 64)).ToList();
        await MediaWriter.WriteMp4Async(path, frames, 2, cancellationToken: Stop);
        await host.AddAsync("clip.mp4", path, new GalleryProperties { Kind = MediaKind.Video, Source = path });

        var early = await host.SendAsync("GET", WebHost.Api + "items/clip.mp4/thumbnail?size=160&at=1");
        var late = await host.SendAsync("GET", WebHost.Api + "items/clip.mp4/thumbnail?size=160&at=14");

        Assert.True(Decode(await early.Content.ReadAsByteArrayAsync(Stop)).Rgb.Span[0] > 200);
        Assert.True(Decode(await late.Content.ReadAsByteArrayAsync(Stop)).Rgb.Span[0] < 60);
    }

    [Fact]
    public async Task Thumbnails_BeyondTheirBytes_GiveWay()
    {
        await using var host = await WebHost.StartAsync(options: web => web.ThumbnailBytes = 2000);
        for (var i = 0; i < 6; i++)
        {
            await host.AddAsync($"{i}.png", i);
            Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", WebHost.Api + $"items/{i}.png/thumbnail")).StatusCode);
        }

        Assert.InRange(new DirectoryInfo(host.Files["thumbnails"]).EnumerateFiles().Sum(file => file.Length), 1, 2000);
    }

    [Fact]
    public async Task Media_OfAnItem_IsServedInRangesByItsContent()
    {
        await using var host = await WebHost.StartAsync();
        await host.AddAsync("1.png", 1);

        var whole = await host.SendAsync("GET", WebHost.Api + "items/1.png/media");
        var part = await host.SendAsync("GET", WebHost.Api + "items/1.png/media", headers: ("Range", "bytes=1-3"));

        Assert.Equal("image/png", whole.Content.Headers.ContentType?.ToString());
        Assert.Equal(ContentDispositionHeaderValue.Parse("inline"), whole.Content.Headers.ContentDisposition);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal("PNG", await part.Content.ReadAsStringAsync(Stop));
    }

    [Theory]
    [InlineData("<html><script>alert(1)</script></html>")]
    [InlineData("root:x:0:0:root:/root:/bin/bash")]
    public async Task Media_OfAFileThatBecameSomethingElse_IsMissing(string text)
    {
        await using var host = await WebHost.StartAsync();
        await host.AddAsync("1.png", 1);
        await File.WriteAllTextAsync(host.Files["media", "1.png"], text, Stop);

        var answer = await host.SendAsync("GET", WebHost.Api + "items/1.png/media");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("media.missing", await WebHost.CodeOf(answer));
    }

    [Fact]
    public async Task Tags_WhereEditingIsAllowed_AreChangedAndSearched()
    {
        await using var host = await WebHost.StartAsync(options: web => web.AllowsEditing = true);
        await host.AddAsync("1.png", 1, tags: "old");

        var changed = await WebHost.ReadAsync(await host.SendAsync("PATCH", WebHost.Api + "items/1.png", JsonContent.Create(new { tags = new[] { " beach ", "beach", "2024" } })));
        var found = await host.GetAsync("items?tags=beach&tags=2024");

        Assert.Equal(["beach", "2024"], changed.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.Equal(1, found.GetProperty("candidates").GetInt32());
        Assert.Equal(0, (await host.GetAsync("items?tags=old")).GetProperty("candidates").GetInt32());
    }

    [Fact]
    public async Task Open_OnThisMachine_HandsTheItemToTheHost()
    {
        GalleryItem? opened = null;
        await using var host = await WebHost.StartAsync(options: web => web.OpenItem = (item, _) =>
        {
            opened = item;
            return ValueTask.CompletedTask;
        });
        await host.AddAsync("1.png", 1);

        var answer = await host.SendAsync("POST", WebHost.Api + "items/1.png/open");
        var forwarded = await host.SendAsync("POST", WebHost.Api + "items/1.png/open", headers: ("X-Forwarded-For", "203.0.113.5"));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("1.png", opened?.Id.Value);
        Assert.Equal(HttpStatusCode.Forbidden, forwarded.StatusCode);
        Assert.True((await host.GetAsync("session")).GetProperty("canOpenFolder").GetBoolean());
    }

    private static RgbFrame Decode(byte[] jpeg) => MediaFrameReader.CreateImageDecoder().Decode(jpeg, "thumbnail");

    private static RgbFrame Solid(byte value, int side)
    {
        var pixels = new byte[side * side * 3];
        Array.Fill(pixels, value);
        return new RgbFrame(side, side, pixels);
    }
}
