using System.Text.Json;
using CoVR.Extensions.AI.Chat;
using CoVR.Extensions.AI.Tests.Fakes;
using CoVR.Media;
using CoVR.TestSupport;
using CoVR.TestSupport.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Extensions.AI.Tests.Chat;

/// <summary>A chat agent searches a gallery.</summary>
[Collection("torch")]
public sealed class GalleryToolsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ModelServer _server = Colours.Server();
    private ServiceProvider _services = null!;

    public async ValueTask InitializeAsync()
    {
        _services = new ServiceCollection().AddCoVR().UseServer(_server).Services.BuildServiceProvider();
        MediaWriter.WritePng(_folder["red.png"], Colours.Solid(255, 0, 0));
        var taken = new DateTimeOffset(2024, 7, 1, 12, 0, 0, TimeSpan.Zero);
        MediaItem[] items =
        [
            .. Colours.Items.Select((item, i) => item with
            {
                Properties = new GalleryProperties { Kind = MediaKind.Picture, Owner = "ann", Taken = taken.AddDays(i), Tags = [item.Id.Value], Source = i == 0 ? _folder["red.png"] : "/gone/file.png" },
            }),
            Colours.Item("private/red", 250, 0, 0) with { Properties = new GalleryProperties { Owner = "bob", Tags = ["red"] } },
        ];
        await _services.GetRequiredService<IEmbeddingJob>().EmbedAsync(items).CountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void Create_OfAGallery_DescribesTheToolsToAgents()
    {
        var tools = Tools();

        Assert.Equal(["search_gallery", "describe_item"], tools.Select(tool => tool.Name));
        var properties = tools[0].JsonSchema.GetProperty("properties");
        Assert.Equal(["text", "like_item", "top", "kind", "folder", "tag", "taken_from", "taken_to"], properties.EnumerateObject().Select(property => property.Name));
        Assert.All(properties.EnumerateObject(), property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        Assert.Contains("\"picture\"", properties.GetProperty("kind").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["id"], tools[1].JsonSchema.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task SearchGallery_ByText_ReturnsHitsWithTheirProperties()
    {
        var answer = await CallAsync("search_gallery", new { text = "green", top = 2 });

        var hits = answer.GetProperty("hits");
        Assert.Equal(2, hits.GetArrayLength());
        Assert.Equal(("green", 1), (hits[0].GetProperty("id").GetString(), hits[0].GetProperty("rank").GetInt32()));
        Assert.True(hits[0].GetProperty("score").GetDouble() > 0.99);
        Assert.Equal("ann", hits[0].GetProperty("properties").GetProperty("owner").GetString());
        Assert.Equal(5, answer.GetProperty("candidates").GetInt32());
        Assert.DoesNotContain("/gone/", answer.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchGallery_LikeAnItemWithAChange_LeavesTheItemOut()
    {
        var answer = await CallAsync("search_gallery", new { like_item = "red", text = "more green", top = 1 });

        Assert.Equal("yellow", answer.GetProperty("hits")[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("""{"text":"red","tag":"blue"}""", "blue")]
    [InlineData("""{"text":"red","taken_from":"2024-07-03","taken_to":"2024-07-04"}""", "blue")]
    [InlineData("""{"text":"green","folder":"private"}""", "private/red")]
    [InlineData("""{"text":"red","kind":"video"}""", "")]
    public async Task SearchGallery_WithConditions_ReturnsWhatMeetsThem(string arguments, string expected)
    {
        var answer = await CallAsync("search_gallery", JsonSerializer.Deserialize<JsonElement>(arguments));

        Assert.Equal(expected, string.Join(' ', answer.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").GetString())));
    }

    [Theory]
    [InlineData("search_gallery", """{"text":"red","top":50}""")]
    [InlineData("search_gallery", """{"text":"red","folder":"private"}""")]
    [InlineData("search_gallery", """{"like_item":"private/red"}""")]
    [InlineData("describe_item", """{"id":"private/red"}""")]
    public async Task AnyTool_WithinAScope_NeverShowsWhatLiesOutside(string tool, string arguments)
    {
        var answer = await CallAsync(tool, JsonSerializer.Deserialize<JsonElement>(arguments), new GalleryFilter.OwnedBy("ann"));

        Assert.DoesNotContain("bob", answer.GetRawText(), StringComparison.Ordinal);
        Assert.True(answer.TryGetProperty("error", out _) || answer.GetProperty("hits").EnumerateArray().All(hit => hit.GetProperty("id").GetString() != "private/red"));
    }

    [Theory]
    [InlineData("search_gallery", "{}", "text")]
    [InlineData("search_gallery", """{"text":"red","top":0}""", "1 to 50")]
    [InlineData("search_gallery", """{"text":"red","top":"many"}""", "")]
    [InlineData("search_gallery", """{"text":"red","kind":"sculpture"}""", "")]
    [InlineData("search_gallery", """{"text":"red","taken_from":"long ago"}""", "2024-07-31")]
    [InlineData("search_gallery", """{"like_item":"purple"}""", "There is no item 'purple'")]
    [InlineData("search_gallery", """{"like_item":"green"}""", "Search by text")]
    [InlineData("describe_item", "{}", "id")]
    [InlineData("describe_item", """{"id":"purple"}""", "There is no item 'purple'")]
    public async Task AnyTool_WithAFaultThatAnAgentCanCorrect_ReturnsItAsData(string tool, string arguments, string reason)
    {
        var answer = await CallAsync(tool, JsonSerializer.Deserialize<JsonElement>(arguments));

        Assert.Contains(reason, answer.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchGallery_WithAReferenceThatIsDamaged_ReturnsTheReason()
    {
        await File.WriteAllBytesAsync(_folder["red.png"], [1, 2, 3], TestContext.Current.CancellationToken);

        var answer = await CallAsync("search_gallery", new { like_item = "red" });

        Assert.Contains("cannot be read", answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.FullName, answer.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchGallery_WhileTheServiceRefuses_Throws()
    {
        _server.Refuse = _ => TestSupport.Downloads.ScriptedReply.Text(401, "{}");

        await Assert.ThrowsAsync<CoVR.Extensions.AI.Embeddings.EmbeddingServiceException>(() => CallAsync("search_gallery", new { text = "red" }));
    }

    [Fact]
    public async Task DescribeItem_OfAnItem_TellsWhatIsKnown()
    {
        var answer = await CallAsync("describe_item", new { id = "blue" });

        Assert.Equal(("blue", 1), (answer.GetProperty("id").GetString(), answer.GetProperty("frames").GetInt32()));
        Assert.Equal("picture", answer.GetProperty("properties").GetProperty("kind").GetString());
        Assert.Equal("2024-07-03T12:00:00+00:00", answer.GetProperty("properties").GetProperty("taken").GetString());
    }

    [Theory]
    [InlineData("openai")]
    [InlineData("ollama")]
    public async Task Chat_WithTheTools_AnswersFromTheGallery(string protocol)
    {
        _server.Chat.Enqueue(new ChatTurn(null, "search_gallery", """{"text":"blue","top":1}"""));
        _server.Chat.Enqueue(new ChatTurn("The best picture is blue."));
        using var client = _server.Chats(protocol).AsBuilder().UseFunctionInvocation().Build();

        var response = await client.GetResponseAsync(
            "Show me something blue", new ChatOptions { Tools = [.. Tools(new GalleryFilter.OwnedBy("ann"))] }, TestContext.Current.CancellationToken);

        Assert.Equal("The best picture is blue.", response.Text);
        var requests = _server.Requests.Where(request => request.Path.Contains("chat", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, requests.Length);
        Assert.Contains("like_item", requests[0].Body, StringComparison.Ordinal);
        Assert.Contains("candidates", requests[1].Body, StringComparison.Ordinal);
    }

    private IReadOnlyList<AIFunction> Tools(GalleryFilter? scope = null) =>
        GalleryTools.Create(_services.GetRequiredService<IComposedRetriever>(), _services.GetRequiredService<IGallery>(), scope);

    private async Task<JsonElement> CallAsync(string tool, object arguments, GalleryFilter? scope = null)
    {
        var values = JsonSerializer.SerializeToElement(arguments).EnumerateObject().ToDictionary(property => property.Name, property => (object?)property.Value);
        var answer = await Tools(scope).Single(function => function.Name == tool).InvokeAsync(new AIFunctionArguments(values), TestContext.Current.CancellationToken);
        return Assert.IsType<JsonElement>(answer);
    }
}
