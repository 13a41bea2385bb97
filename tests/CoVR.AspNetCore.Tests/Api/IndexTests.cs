using System.Net;
using CoVR.AspNetCore.Tests.Fakes;
using CoVR.TestData;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.AspNetCore.Tests.Api;

[Collection("torch")]
public sealed class IndexTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Index_OfAWatchedFolder_IsReadyWithItsItemsAndFailures()
    {
        using var folder = new TestSupport.TemporaryFolder();
        TinyPictures.Write(folder["photos", "1.png"], 1);
        await File.WriteAllTextAsync(folder["photos", "broken.png"], "no picture", Stop);
        await using var host = await WebHost.StartAsync(covr => covr.UseWatchedFolder(folder["photos"], quiet: TimeSpan.FromMilliseconds(1)));
        using var events = new StreamReader(await host.Client.GetStreamAsync(WebHost.Api + "index/events", Stop));

        var last = "";
        while (!last.Contains("\"state\":\"ready\"", StringComparison.Ordinal) || !last.Contains("\"items\":1,", StringComparison.Ordinal) || !last.Contains("\"failed\":1", StringComparison.Ordinal))
        {
            last = await events.ReadLineAsync(Stop) ?? throw new EndOfStreamException(last);
        }

        var failures = await host.GetAsync("failures");
        Assert.Contains("\"total\":2,\"done\":2", last, StringComparison.Ordinal);
        Assert.Equal("broken.png", failures[0].GetProperty("id").GetString());
        Assert.DoesNotContain(folder.FullName, failures.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_WhileTheModelLoads_AreToldWhenToComeBack()
    {
        var load = new TaskCompletionSource<Modeling.ComposedModel>();
        await using var host = await WebHost.StartAsync(covr => covr.UseModel((_, _, stop) => new ValueTask<Modeling.ComposedModel>(load.Task.WaitAsync(stop))), waits: false);

        var health = await host.SendAsync("GET", WebHost.Api + "health");
        var search = await host.SendAsync("POST", WebHost.Api + "search", new StringContent("{}", null, "application/json"));
        var index = await host.GetAsync("index");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal("model.loading", await WebHost.CodeOf(search));
        Assert.NotNull(search.Headers.RetryAfter);
        Assert.Equal("loading", index.GetProperty("state").GetString());
        Assert.Equal(HttpStatusCode.OK, (await host.SendAsync("GET", "covr/")).StatusCode);
    }

    [Fact]
    public async Task Requests_WhereTheModelCannotBeLoaded_SaySoWithoutItsPath()
    {
        await using var host = await WebHost.StartAsync(covr => covr.UseModel((_, _, _) => throw new IOException("/secret/weights.pth")), waits: false);
        while ((await host.GetAsync("index")).GetProperty("state").GetString() == "loading")
        {
            await Task.Yield();
        }

        var health = await host.SendAsync("GET", WebHost.Api + "health");

        Assert.Equal("model.failed", await WebHost.CodeOf(health));
        Assert.DoesNotContain("secret", await health.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facets_OfItems_CountKindsFoldersTagsAndTimes()
    {
        await using var host = await WebHost.StartAsync();
        await host.AddAsync("a/b/1.png", 1, taken: new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero), tags: ["sea", "sun"]);
        await host.AddAsync("a/2.png", 2, taken: new DateTimeOffset(2024, 12, 31, 0, 0, 0, TimeSpan.Zero), tags: "sea");
        await host.AddAsync("3.png", 3);

        var all = await host.GetAsync("facets");
        var some = await host.GetAsync("facets?folder=a/b");

        Assert.Equal("""{"image":3,"video":0}""", all.GetProperty("kinds").ToString());
        Assert.Equal("""[{"name":"a","count":2},{"name":"a/b","count":1}]""", all.GetProperty("folders").ToString());
        Assert.Equal("""[{"name":"sea","count":2},{"name":"sun","count":1}]""", all.GetProperty("tags").ToString());
        Assert.Equal([1, 1], all.GetProperty("taken").GetProperty("bins").EnumerateArray().Select(bin => bin.GetProperty("count").GetInt32()).Where(count => count > 0));
        Assert.Equal(1, some.GetProperty("kinds").GetProperty("image").GetInt32());
    }

    [Fact]
    public async Task OpenApi_OfTheApi_ListsItsRoutesAndNoOthers()
    {
        await using var host = await WebHost.StartAsync();

        var document = await host.GetAsync("openapi/v1.json");

        string[] paths = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name.Replace("/covr/api/v1/", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(["facets", "failures", "health", "index", "index/events", "items", "items/{id}", "items/{id}/media", "items/{id}/open", "items/{id}/similar", "items/{id}/thumbnail", "search", "session"], paths);
        Assert.True(document.GetProperty("paths").GetProperty("/covr/api/v1/search").GetProperty("post").GetProperty("requestBody").GetProperty("content").TryGetProperty("multipart/form-data", out _));
    }
}
