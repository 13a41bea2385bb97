using System.Net;
using System.Text.Json;
using CoVR.AspNetCore.Tests.Fakes;
using CoVR.Media;
using CoVR.TestData;

namespace CoVR.AspNetCore.Tests.Api;

[Collection("torch")]
public sealed class SearchTests
{
    [Fact]
    public async Task Search_ByText_AnswersHitsWithAddresses()
    {
        await using var host = await FilledAsync();

        var answer = await host.SearchAsync(new { parts = new[] { new { text = "a red circle" } }, top = 2 });

        var hit = answer.GetProperty("hits")[0];
        Assert.Equal(2, answer.GetProperty("hits").GetArrayLength());
        Assert.Equal(1, hit.GetProperty("rank").GetInt32());
        Assert.True(answer.GetProperty("more").GetBoolean());
        Assert.Equal(4, answer.GetProperty("candidates").GetInt32());
        Assert.Equal("a red circle", answer.GetProperty("query").GetProperty("parts")[0].GetProperty("text").GetString());
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", hit.GetProperty("thumbnail").GetString()!)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", hit.GetProperty("media").GetString()!)).StatusCode);
    }

    [Fact]
    public async Task Search_Pages_FollowOneAnother()
    {
        await using var host = await FilledAsync();
        async Task<string[]> Page(int offset, int top) =>
            [.. (await host.SearchAsync(new { parts = new[] { new { text = "blue" } }, top, offset })).GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").GetString()!)];

        var whole = await Page(0, 10);
        string[] pages = [.. await Page(0, 3), .. await Page(3, 3)];

        Assert.Equal(4, whole.Length);
        Assert.Equal(whole, pages);
    }

    [Fact]
    public async Task Search_ByUpload_FindsItsLike_AndAgainByItsToken()
    {
        await using var host = await FilledAsync();
        var query = new { parts = new[] { new { file = "picture" } }, top = 1 };

        var first = await WebHost.ReadAsync(await host.SendAsync("POST", WebHost.Api + "search", WebHost.Form(query, ("picture", MediaWriter.EncodePng(TinyPictures.Paint(3))))));
        var token = first.GetProperty("query").GetProperty("parts")[0].GetProperty("upload").GetString();
        var second = await host.SearchAsync(new { parts = new[] { new { upload = token } }, top = 1 });

        Assert.Equal(32, token!.Length);
        Assert.Equal(first.GetProperty("hits")[0].GetProperty("id").GetString(), second.GetProperty("hits")[0].GetProperty("id").GetString());
        Assert.Equal(first.GetProperty("hits")[0].GetProperty("score").GetSingle(), second.GetProperty("hits")[0].GetProperty("score").GetSingle());
    }

    [Theory]
    [InlineData(4.5, HttpStatusCode.OK, null)]
    [InlineData(3.5, HttpStatusCode.RequestEntityTooLarge, "upload.too-long")]
    public async Task Search_ByAClip_IsBoundedBySeconds(double most, HttpStatusCode status, string? code)
    {
        await using var host = await WebHost.StartAsync(options: web => web.MaxUploadDuration = TimeSpan.FromSeconds(most));
        await host.AddAsync("1.png", 1);
        var clip = await File.ReadAllBytesAsync(await WriteClipAsync(host), TestContext.Current.CancellationToken);

        var answer = await host.SendAsync("POST", WebHost.Api + "search", WebHost.Form(new { parts = new[] { new { file = "clip" } } }, ("clip", clip)));

        Assert.Equal((status, code), (answer.StatusCode, await WebHost.CodeOf(answer)));
    }

    [Fact]
    public async Task Lists_OfClips_SayHowLongTheyAre()
    {
        await using var host = await WebHost.StartAsync();
        var path = await WriteClipAsync(host);
        await host.AddAsync("clip.mp4", path, new GalleryProperties { Kind = MediaKind.Video, Source = path });
        await host.AddAsync("1.png", 1);

        var hits = (await host.GetAsync("items?sort=name")).GetProperty("hits");

        Assert.Equal(JsonValueKind.Null, hits[0].GetProperty("duration").ValueKind);
        Assert.Equal((await host.GetAsync("items/clip.mp4")).GetProperty("duration").GetDouble(), hits[1].GetProperty("duration").GetDouble());
    }

    [Fact]
    public async Task Search_ByItem_LeavesTheItemOut()
    {
        await using var host = await FilledAsync();

        var answer = await host.SearchAsync(new { parts = new[] { new { item = "b/2.png" } } });
        var similar = await host.GetAsync($"items/{WebHost.Escape("b/2.png")}/similar?top=3");

        Assert.DoesNotContain(answer.GetProperty("hits").EnumerateArray(), hit => hit.GetProperty("id").GetString() == "b/2.png");
        Assert.Equal(3, similar.GetProperty("hits").GetArrayLength());
    }

    [Fact]
    public async Task Search_WithFilter_ConsidersWhatPasses()
    {
        await using var host = await FilledAsync();

        var folder = await host.SearchAsync(new { parts = new[] { new { text = "red" } }, filter = new { folder = "b" } });
        var tag = await host.SearchAsync(new { parts = new[] { new { text = "red" } }, filter = new { tags = new[] { "sea" } } });
        var time = await host.SearchAsync(new { parts = new[] { new { text = "red" } }, filter = new { takenFrom = "2024-01-03T00:00:00Z" } });

        Assert.Equal([2, 1, 2], new[] { folder, tag, time }.Select(answer => answer.GetProperty("candidates").GetInt32()));
        Assert.All(folder.GetProperty("hits").EnumerateArray(), hit => Assert.Equal("b", hit.GetProperty("folder").GetString()));
    }

    [Fact]
    public async Task Search_SortedByTime_PutsTheLatestFirst()
    {
        await using var host = await FilledAsync();

        var answer = await host.SearchAsync(new { parts = new[] { new { text = "red" } }, sort = "time" });

        Assert.Equal(["b/4.png", "b/2.png", "a/3.png", "a/1.png"], Ids(answer));
    }

    [Fact]
    public async Task Search_WithoutParts_ListsItems()
    {
        await using var host = await FilledAsync();

        var latest = await host.SearchAsync(new { top = 2 });
        var names = await host.GetAsync("items?sort=name&folder=b");

        Assert.Equal(["b/4.png", "b/2.png"], Ids(latest));
        Assert.True(latest.GetProperty("more").GetBoolean());
        Assert.Equal(["b/2.png", "b/4.png"], Ids(names));
    }

    [Fact]
    public async Task Search_Collapsed_FoldsEqualFilesIntoTheirBest()
    {
        await using var host = await FilledAsync();
        await host.AddAsync("copies/1.png", 1);

        var answer = await host.SearchAsync(new { parts = new[] { new { text = "red" } }, collapse = true });

        string?[][] groups = [.. answer.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("duplicates").EnumerateArray().Select(id => id.GetString()).Prepend(hit.GetProperty("id").GetString()).ToArray())];
        Assert.Contains(groups, group => group.Contains("a/1.png") && group.Contains("copies/1.png"));
        Assert.Equal(5, groups.Sum(group => group.Length));
    }

    [Fact]
    public async Task Search_InAGalleryThatIsLargeEnough_SaysItsCutoff()
    {
        await using var host = await WebHost.StartAsync();
        var small = await host.SearchAsync(new { parts = new[] { new { text = "red" } } });
        await using var large = await WebHost.StartAsync();
        for (var i = 0; i < 40; i++)
        {
            await large.AddAsync($"{i}.png", i);
        }

        var answer = await large.SearchAsync(new { parts = new[] { new { text = "red" } } });

        Assert.Equal(JsonValueKind.Null, small.GetProperty("cutoff").ValueKind);
        Assert.InRange(answer.GetProperty("cutoff").GetSingle(), -1f, 1.5f);
    }

    [Fact]
    public async Task Search_BeyondThePlaces_IsBusyAndSaysWhenToComeBack()
    {
        await using var host = await WebHost.StartAsync(options: web => (web.ConcurrentUploads, web.WaitingSearches) = (1, 0));
        using var held = new HeldContent();
        using var patient = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Timeout.InfiniteTimeSpan });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, WebHost.Api + "search")) { Content = held, Headers = { ExpectContinue = true } };
        var first = patient.SendAsync(request, TestContext.Current.CancellationToken); // its body is sent once the server reads it
        await held.Started;

        var second = await host.SendAsync("POST", WebHost.Api + "search", WebHost.Form(new { }));
        held.Release();
        await first;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal("busy", await WebHost.CodeOf(second));
        Assert.Equal("1", second.Headers.GetValues("Retry-After").Single());
    }

    private static string?[] Ids(JsonElement answer) => [.. answer.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").GetString())];

    // Four seconds.
    private static async Task<string> WriteClipAsync(WebHost host)
    {
        var path = host.Files["clip.mp4"];
        await MediaWriter.WriteMp4Async(path, [.. Enumerable.Range(0, 32).Select(i => TinyPictures.Paint(i))], 8, cancellationToken: TestContext.Current.CancellationToken);
        return path;
    }

    private static async Task<WebHost> FilledAsync()
    {
        var host = await WebHost.StartAsync();
        string[] ids = ["a/1.png", "b/2.png", "a/3.png", "b/4.png"];
        int[] days = [1, 3, 2, 4];
        for (var i = 0; i < ids.Length; i++)
        {
            await host.AddAsync(ids[i], i + 1, taken: new DateTimeOffset(2024, 1, days[i], 0, 0, 0, TimeSpan.Zero), tags: i == 0 ? ["sea"] : []);
        }

        return host;
    }

    /// <summary>A multipart body that begins and then waits.</summary>
    private sealed class HeldContent : HttpContent
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HeldContent() => Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");

        public Task Started => _started.Task;

        public void Release() => _released.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("--x\r\nContent-Disposition: form-data; name=query\r\n\r\n{"u8.ToArray());
            await stream.FlushAsync();
            _started.TrySetResult();
            await _released.Task;
            await stream.WriteAsync("}\r\n--x--\r\n"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
