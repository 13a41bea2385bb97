using CoVR.AspNetCore.Tests.Fakes;
using CoVR.TestSupport.Downloads;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.AspNetCore.Tests.Hostile;

/// <summary>Requests that a browser sends for another site, or for a name that was made to point here, and floods on the wire.</summary>
[Collection("torch")]
public sealed class ForeignSiteTests(HostileFixture fixture) : IClassFixture<HostileFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private WebHost Host => fixture.Host;

    [Theory]
    [InlineData("GET", "covr/")]
    [InlineData("GET", "covr/assets/page.css")]
    [InlineData("GET", "covr/api/v1/health")]
    [InlineData("GET", "covr/api/v1/openapi/v1.json")]
    [InlineData("GET", "covr/api/v1/index/events")]
    [InlineData("POST", "covr/api/v1/search")]
    [InlineData("POST", "covr/mcp")]
    public async Task Host_OfAnotherName_IsRefusedEverywhere(string method, string path)
    {
        foreach (var name in new[] { "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:80" })
        {
            var answer = await Host.SendAsync(method, path, null, "alice", ("Host", name), ("X-Forwarded-Host", "localhost"));

            Assert.Equal((403, "host.refused"), ((int)answer.StatusCode, await WebHost.CodeOf(answer)));
        }
    }

    [Theory]
    [InlineData("GET", "covr/")]
    [InlineData("GET", "covr/assets/page.css")]
    [InlineData("GET", "covr/api/v1/session")]
    [InlineData("GET", "covr/api/v1/items/alice%2F0.png/media")]
    [InlineData("POST", "covr/api/v1/search")]
    [InlineData("PATCH", "covr/api/v1/items/alice%2F0.png")]
    [InlineData("POST", "covr/api/v1/items/alice%2F0.png/open")]
    [InlineData("POST", "covr/mcp")]
    public async Task Origin_OfAnotherSite_IsRefusedEverywhere(string method, string path)
    {
        foreach (var origin in new[] { "https://evil.example", "null", "http://localhost:1", Host.Origin + ".evil.example", "http://" + Host.Address.Authority + "@evil.example" })
        {
            var answer = await Host.SendAsync(method, path, null, "alice", ("Origin", origin));

            Assert.Equal((403, "origin.refused"), ((int)answer.StatusCode, await WebHost.CodeOf(answer)));
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [InlineData("covr/api/v1/items/alice%2F0.png/thumbnail", "no-cors", 403)]
    [InlineData("covr/api/v1/items/alice%2F0.png/media", "navigate", 403)]
    [InlineData("covr/assets/page.css", "no-cors", 403)]
    [InlineData("covr/", "navigate", 200)]
    public async Task PictureTag_OfAnotherSite_GetsNothing(string path, string mode, int status)
    {
        var answer = await Host.SendAsync("GET", path, null, "alice", ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", mode));

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("wrong")]
    [InlineData("bobs")]
    [InlineData("long")]
    public async Task Change_OfAPageWithoutItsToken_IsRefused(string which)
    {
        var token = which switch { "wrong" => "abc", "bobs" => fixture.BobsToken, "long" => new string('a', 5000), _ => "" };
        var headers = new[] { ("Origin", Host.Origin), ("X-CoVR-Token", token) }.Where(header => header.Item2.Length > 0).ToArray();

        var page = await Host.SendAsync("POST", WebHost.Api + "search", new StringContent("{}", null, "application/json"), "alice", headers);
        var cookie = await Host.SendAsync("PATCH", WebHost.Api + "items/alice%2F0.png", new StringContent("{\"tags\":[]}", null, "application/json"), "alice", ("Cookie", "session=1"), ("X-CoVR-Token", token));

        Assert.Equal([(403, "session.required"), (403, "session.required")], new[] { ((int)page.StatusCode, await WebHost.CodeOf(page)), ((int)cookie.StatusCode, await WebHost.CodeOf(cookie)) });
    }

    public static TheoryData<string, int> Floods => new()
    {
        { "GET /covr/ HTTP/1.1\r\nHost: localhost\r\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: 1\r\n")) + "\r\n", 431 },
        { "GET /covr/ HTTP/1.1\r\nHost: localhost\r\nX-Long: " + new string('a', 200_000) + "\r\n\r\n", 431 },
        { "GET /covr/" + new string('a', 100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 414 },
        { "GET /covr/ HTTP/1.1\r\n\r\n", 400 },
        { "GET /covr/ HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 400 },
        { "GET /covr/ HTTP/1.1\r\nHost: localhost@evil.example\r\n\r\n", 400 },
        { "GET /covr/ HTTP/1.1\r\nHost: localhost\r\nX Bad: 1\r\n\r\n", 400 },
        { "POST /covr/api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10737418240\r\n\r\n{", 413 },
        { "POST /covr/api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 10737418240\r\n\r\n--x\r\n", 413 },
        { "POST /covr/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: 10737418240\r\n\r\n{", 413 },
        { "POST /covr/api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400 },
        { "POST /covr/api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400 },
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task Flood_OnTheWire_IsRefused(string request, int status)
    {
        var (answered, text) = await Wire.SendAsync(Host.Address, request, Stop);

        Assert.Equal(status, answered);
        Assert.All(fixture.Secrets(), secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Upload_WithoutEnd_IsRefusedAtItsLimit()
    {
        var endless = "POST /covr/api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3f\r\n--x\r\nContent-Disposition: form-data; name=f; filename=f.png\r\n\r\n\r\n"
            + string.Concat(Enumerable.Repeat("10000\r\n" + new string('a', 0x10000) + "\r\n", 40));

        var (answered, _) = await Wire.SendAsync(Host.Address, endless, Stop);

        Assert.Equal(413, answered);
        Assert.Empty(fixture.Leftovers());
    }

    [Fact]
    public async Task Upload_ThatNeverArrives_IsGivenUp()
    {
        await using var host = await WebHost.StartAsync(covr => covr.Services.AddSingleton<TimeProvider>(new HurriedTime()));

        var (answered, text) = await Wire.SendAsync(host.Address, "POST /covr/api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n--x\r\n", Stop);

        Assert.Equal(408, answered);
        Assert.Contains("upload.too-slow", text, StringComparison.Ordinal);
    }
}
