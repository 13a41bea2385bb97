using System.Net;
using System.Text.Json;
using CoVR.AspNetCore.Tests.Fakes;

namespace CoVR.AspNetCore.Tests.Safety;

[Collection("torch")]
public sealed class RequestGuardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("covr/")]
    [InlineData("covr/assets/page.css")]
    [InlineData("covr/api/v1/health")]
    [InlineData("covr/mcp")]
    public async Task Host_OfAnotherName_IsRefused(string path)
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.Client.SendAsync(Request(path == "covr/mcp" ? HttpMethod.Post : HttpMethod.Get, path, ("Host", "evil.example")), Stop);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("host.refused", await CodeOf(answer));
    }

    [Theory]
    [InlineData("covr/api/v1/health", "https://evil.example")]
    [InlineData("covr/api/v1/health", "null")]
    [InlineData("covr/mcp", "https://evil.example")]
    [InlineData("covr/assets/page.css", "https://evil.example")]
    public async Task Origin_OfAnotherSite_IsRefused(string path, string origin)
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.Client.SendAsync(Request(path == "covr/mcp" ? HttpMethod.Post : HttpMethod.Get, path, ("Origin", origin)), Stop);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("origin.refused", await CodeOf(answer));
    }

    [Fact]
    public async Task Origin_OfTheServerItself_IsServed()
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.Client.SendAsync(Request(HttpMethod.Get, "covr/api/v1/session", ("Origin", host.Address.GetLeftPart(UriPartial.Authority))), Stop);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Page_AtThePrefix_HasStrictHeadersAndATag()
    {
        await using var host = await WebHost.StartAsync();

        var moved = await host.Client.GetAsync("covr", Stop);
        var page = await host.Client.GetAsync("covr/", Stop);
        var again = await host.Client.SendAsync(Request(HttpMethod.Get, "covr/", ("If-None-Match", page.Headers.ETag!.ToString())), Stop);

        Assert.Equal("/covr/", moved.Headers.Location?.OriginalString);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("default-src 'none'; script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task<string?> CodeOf(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("code").GetString();
    }
}
