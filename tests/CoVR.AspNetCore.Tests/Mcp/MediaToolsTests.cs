using System.Security.Claims;
using System.Text.Json;
using CoVR.AspNetCore.Tests.Fakes;
using CoVR.Embedding.Folders;
using CoVR.Media;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace CoVR.AspNetCore.Tests.Mcp;

/// <summary>The tools, asked over HTTP by the SDK's own client.</summary>
[Collection("torch")]
public sealed class MediaToolsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Tools_Listed_AreThreeThatOnlyRead()
    {
        await using var host = await StartAsync();
        await using var client = await ConnectAsync(host);

        var tools = await client.ListToolsAsync(cancellationToken: Stop);

        Assert.Equal(["get_media", "list_folders", "search_media"], tools.Select(tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.All(tools, tool => Assert.True(tool.ProtocolTool.Annotations is { ReadOnlyHint: true, DestructiveHint: false, OpenWorldHint: false }));
        Assert.All(tools, tool => Assert.False(string.IsNullOrWhiteSpace(tool.Description)));
        Assert.Contains("search_media", client.ServerInstructions, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchMedia_ByText_ReturnsAllHitsEachWithAPicture()
    {
        await using var host = await StartAsync();
        await using var client = await ConnectAsync(host);

        var answer = await CallAsync(client, "search_media", ("texts", new[] { "a red circle" }));

        Assert.Equal(["lake/c.png", "sea/a.png", "sea/b.png"], Ids(answer).Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 3], Hits(answer).Select(hit => hit.GetProperty("rank").GetInt32()));
        var pictures = answer.Content.OfType<ImageContentBlock>().ToList();
        Assert.Equal(3, pictures.Count);
        Assert.All(pictures, picture => Assert.Equal("image/jpeg", picture.MimeType));
        Assert.All(pictures, picture => Assert.Equal("JPEG", MediaFrameReader.PictureFormatOf(picture.DecodedData.Span)));
        Assert.DoesNotContain(_folder.FullName, JsonSerializer.Serialize(answer.StructuredContent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchMedia_ByDataOfAFile_FindsThatFileFirst()
    {
        await using var host = await StartAsync();
        await using var client = await ConnectAsync(host);
        var file = Convert.ToBase64String(await File.ReadAllBytesAsync(_folder["sea", "b.png"], Stop));

        var plain = await CallAsync(client, "search_media", ("data", new[] { file }), ("thumbnails", false));
        var uri = await CallAsync(client, "search_media", ("data", new[] { $"data:image/png;base64,{file}" }), ("thumbnails", false));

        Assert.Equal("sea/b.png", Ids(plain)[0]);
        Assert.Equal(Ids(plain), Ids(uri));
        Assert.Empty(plain.Content.OfType<ImageContentBlock>());
    }

    [Fact]
    public async Task SearchMedia_ByItemWithinAFolder_LeavesOutTheItemAndWhatIsExcluded()
    {
        await using var host = await StartAsync();
        await using var client = await ConnectAsync(host);

        var like = await CallAsync(client, "search_media", ("items", new[] { "sea/a.png" }), ("texts", new[] { "make it red" }));
        var inFolder = await CallAsync(client, "search_media", ("items", new[] { "sea/a.png" }), ("folder", "sea"));
        var excluded = await CallAsync(client, "search_media", ("items", new[] { "sea/a.png" }), ("exclude", new[] { "sea/b.png" }));
        var second = await CallAsync(client, "search_media", ("texts", new[] { "a red circle" }), ("top", 1), ("offset", 1));
        var all = await CallAsync(client, "search_media", ("texts", new[] { "a red circle" }));

        Assert.Equal(["lake/c.png", "sea/b.png"], Ids(like).Order(StringComparer.Ordinal));
        Assert.Equal(["sea/b.png"], Ids(inFolder));
        Assert.Equal(["lake/c.png"], Ids(excluded));
        Assert.Equal([Ids(all)[1]], Ids(second));
        Assert.True(second.StructuredContent!.Value.GetProperty("more").GetBoolean());
    }

    [Fact]
    public async Task GetMedia_OfAVideo_ShowsTheMomentAndItsFrames()
    {
        var path = _folder["d.mp4"];
        await MediaWriter.WriteMp4Async(path, [.. Enumerable.Range(0, 24).Select(TinyPictures.Paint)], 8, cancellationToken: Stop);
        await using var host = await WebHost.StartAsync();
        await host.AddAsync("sea/d.mp4", path, new GalleryProperties { Kind = MediaKind.Video, Source = path });
        await using var client = await ConnectAsync(host);

        var answer = await CallAsync(client, "get_media", ("id", "sea/d.mp4"), ("at", 1.5));
        var start = await CallAsync(client, "get_media", ("id", "sea/d.mp4"), ("at", 0));

        Assert.Equal("video", answer.StructuredContent!.Value.GetProperty("kind").GetString());
        Assert.NotEmpty(answer.StructuredContent.Value.GetProperty("frame_seconds").EnumerateArray());
        Assert.NotEqual(answer.Content.OfType<ImageContentBlock>().Single().DecodedData.ToArray(), start.Content.OfType<ImageContentBlock>().Single().DecodedData.ToArray());
    }

    [Fact]
    public async Task ListFolders_OfTheGallery_CountsItems()
    {
        await using var host = await StartAsync();
        await using var client = await ConnectAsync(host);

        var answer = (await CallAsync(client, "list_folders")).StructuredContent!.Value;

        Assert.Equal(["lake 1", "sea 2"], answer.GetProperty("folders").EnumerateArray().Select(folder => $"{folder.GetProperty("name").GetString()} {folder.GetProperty("count").GetInt64()}"));
        Assert.Equal(3, answer.GetProperty("kinds").GetProperty("image").GetInt64());
    }

    [Fact]
    public async Task Tools_OfACallerWithAScope_KnowNothingElse()
    {
        await using var host = await StartAsync(new FolderOfUser());
        await using var client = await ConnectAsync(host, "lake");

        var search = await CallAsync(client, "search_media", ("texts", new[] { "a red circle" }));
        var folders = await CallAsync(client, "list_folders");
        var foreign = await CallAsync(client, "get_media", ("id", "sea/a.png"));
        var reference = await CallAsync(client, "search_media", ("items", new[] { "sea/a.png" }));
        var unknown = await CallAsync(client, "get_media", ("id", "sea/none.png"));

        Assert.Equal(["lake/c.png"], Ids(search));
        Assert.Equal(["lake"], folders.StructuredContent!.Value.GetProperty("folders").EnumerateArray().Select(folder => folder.GetProperty("name").GetString()));
        Assert.Equal(ErrorOf(unknown), ErrorOf(foreign));
        Assert.Equal(ErrorOf(unknown), ErrorOf(reference));
    }

    public static TheoryData<string, string, string> Faults => new()
    {
        { "search_media", "{}", "query.empty" },
        { "search_media", """{"texts":["  "]}""", "query.empty" },
        { "search_media", """{"texts":["red"],"top":0}""", "query.invalid" },
        { "search_media", """{"texts":["red"],"kind":"sound"}""", "query.invalid" },
        { "search_media", """{"items":["../../etc/passwd"]}""", "item.unknown" },
        { "search_media", """{"data":["no base64!"]}""", "upload.unsupported" },
        { "search_media", """{"data":["aGVsbG8="]}""", "upload.unsupported" },
        { "get_media", """{"id":""}""", "item.unknown" },
        { "get_media", """{"id":"/etc/passwd"}""", "item.unknown" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Tool_AskedWrongly_SaysWhatToCorrect(string tool, string arguments, string code)
    {
        await using var host = await StartAsync();
        await using var client = await ConnectAsync(host);

        var answer = await CallAsync(client, tool, [.. JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(arguments)!.Select(pair => (pair.Key, (object?)pair.Value))]);

        Assert.EndsWith($"({code})", ErrorOf(answer), StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.FullName, ErrorOf(answer), StringComparison.Ordinal);
    }

    private async Task<WebHost> StartAsync(IGalleryScope? scope = null)
    {
        TinyPictures.Write(_folder["sea", "a.png"], 1);
        TinyPictures.Write(_folder["sea", "b.png"], 2);
        TinyPictures.Write(_folder["lake", "c.png"], 3);
        var host = await WebHost.StartAsync(pipeline =>
        {
            if (scope is not null)
            {
                pipeline.Services.AddSingleton(scope);
            }
        });
        var services = host.Services;
        await new FolderSynchronizer(services.GetRequiredService<IGallery>(), services.GetRequiredService<IEmbeddingJob>()).SynchronizeAsync(await FolderScan.RunAsync(_folder.FullName, cancellationToken: Stop), cancellationToken: Stop);
        return host;
    }

    private static Task<McpClient> ConnectAsync(WebHost host, string user = "") => McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(host.Address, "covr/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = user.Length == 0 ? null : new Dictionary<string, string> { [WebHost.UserHeader] = user },
        }),
        cancellationToken: Stop);

    private static async Task<CallToolResult> CallAsync(McpClient client, string tool, params (string Name, object? Value)[] arguments) =>
        await client.CallToolAsync(tool, arguments.ToDictionary(argument => argument.Name, argument => argument.Value), cancellationToken: Stop);

    private static IReadOnlyList<JsonElement> Hits(CallToolResult answer)
    {
        Assert.True(answer.IsError is not true, JsonSerializer.Serialize(answer.Content));
        return [.. answer.StructuredContent!.Value.GetProperty("hits").EnumerateArray()];
    }

    private static string[] Ids(CallToolResult answer) => [.. Hits(answer).Select(hit => hit.GetProperty("id").GetString()!)];

    private static string ErrorOf(CallToolResult answer)
    {
        Assert.True(answer.IsError);
        return ((TextContentBlock)answer.Content.Single()).Text;
    }

    private sealed class FolderOfUser : IGalleryScope
    {
        public ValueTask<GalleryFilter?> GetFilterAsync(ClaimsPrincipal user, CancellationToken cancellationToken = default) => ValueTask.FromResult<GalleryFilter?>(new GalleryFilter.InFolder(user.FindFirstValue(ClaimTypes.NameIdentifier)!));
    }
}
