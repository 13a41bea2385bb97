using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CoVR.AspNetCore.Review;

namespace CoVR.AspNetCore.Tests.Review;

[Collection("torch")] // the hostile tests watch the folder for temporary files
public sealed class ReviewEndpointsTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Media_WithARange_SendsThatPartWithItsType()
    {
        using var queue = await MadeQueue.CreateAsync(2);
        await using var server = await ReviewServer.StartAsync(queue);
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/review/media/item-0/target") { Headers = { Range = new RangeHeaderValue(10, 19) } };

        var answer = await server.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal("video/mp4", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal((await File.ReadAllBytesAsync(queue["clip.mp4"], Cancel))[10..20], await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Theory]
    [InlineData("items/5?reviewer=a")]
    [InlineData("items/-1?reviewer=a")]
    [InlineData("media/item-9/target")]
    [InlineData("media/item-1/other")]
    [InlineData("media/..%2F..%2Fitem-1/target")]
    public async Task Get_WhatIsNotThere_IsNotFound(string path)
    {
        using var queue = await MadeQueue.CreateAsync(2);
        await using var server = await ReviewServer.StartAsync(queue);

        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync("api/v1/review/" + path, Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("1.png")]
    [InlineData("clip.mp4")]
    public async Task Media_WhoseFileIsGone_IsNotFoundWithoutItsPath(string name)
    {
        using var queue = await MadeQueue.CreateAsync(1);
        await using var server = await ReviewServer.StartAsync(queue);
        File.Delete(queue[name]);
        File.Delete(queue["0.png"]);

        var answer = await server.Client.GetAsync($"api/v1/review/media/item-0/{(name == "clip.mp4" ? "target" : "reference")}", Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.DoesNotContain(Path.GetDirectoryName(queue["1.png"])!, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Item_OfAQueue_NamesNoPathOfTheMachine()
    {
        using var queue = await MadeQueue.CreateAsync(1);
        await using var server = await ReviewServer.StartAsync(queue);

        var text = await server.Client.GetStringAsync("api/v1/review/items/0?reviewer=a", Cancel);

        Assert.Contains("move the sun to 1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("clip.mp4", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decisions")]
    [InlineData("undo")]
    public async Task Post_FromAPageWithoutTheToken_IsRefused(string path)
    {
        using var queue = await MadeQueue.CreateAsync(1);
        await using var server = await ReviewServer.StartAsync(queue);
        using var request = Decide(path, new { item = "item-0", reviewer = "a", isKept = false });
        request.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));

        Assert.Equal(HttpStatusCode.Forbidden, (await server.Client.SendAsync(request, Cancel)).StatusCode);
        Assert.Empty(queue.Reviewers);
    }

    [Fact]
    public async Task Decision_ThatIsNotAllowed_IsABadRequestWithTheReason()
    {
        using var queue = await MadeQueue.CreateAsync(1);
        await using var server = await ReviewServer.StartAsync(queue);
        queue.Fault = new ArgumentException("no such name");

        var answer = await server.Client.SendAsync(Decide("decisions", new { item = "item-0", reviewer = "|", isKept = false }), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
        Assert.Equal(("review.invalid", "no such name"), (problem.GetProperty("code").GetString(), problem.GetProperty("title").GetString()));
    }

    [Fact]
    public async Task Decision_AboutEveryItem_LeavesNoNext()
    {
        using var queue = await MadeQueue.CreateAsync(2);
        await using var server = await ReviewServer.StartAsync(queue);

        var first = await PostAsync("item-1");
        var second = await PostAsync("item-0");

        Assert.Equal(0, first.GetProperty("next").GetInt32());
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);

        async Task<JsonElement> PostAsync(string item)
        {
            var answer = await server.Client.SendAsync(Decide("decisions", new { item, reviewer = "a", isKept = false }), Cancel);
            return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
        }
    }

    private static HttpRequestMessage Decide(string path, object body) => new(HttpMethod.Post, "api/v1/review/" + path) { Content = JsonContent.Create(body) };
}
