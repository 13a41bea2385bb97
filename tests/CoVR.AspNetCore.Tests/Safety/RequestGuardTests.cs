using System.Net;
using CoVR.AspNetCore.Tests.Fakes;

namespace CoVR.AspNetCore.Tests.Safety;

[Collection("torch")]
public sealed class RequestGuardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Origin_OfTheServerItself_IsServed()
    {
        await using var host = await WebHost.StartAsync();

        var answer = await host.SendAsync("GET", "covr/api/v1/session", headers: ("Origin", host.Origin));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task AllowedNames_OfTheOptions_AreServed()
    {
        await using var host = await WebHost.StartAsync(options: web =>
        {
            web.AllowedHosts.Add("photos.example.com");
            web.AllowedOrigins.Add("https://intranet.example.com");
        });

        var named = await host.SendAsync("GET", "covr/api/v1/session", headers: ("Host", "photos.example.com"));
        var proxied = await host.SendAsync("GET", "covr/api/v1/session", headers: [("Host", "photos.example.com"), ("Origin", "https://photos.example.com")]);
        var foreign = await host.SendAsync("GET", "covr/api/v1/session", headers: ("Origin", "https://intranet.example.com"));

        Assert.All([named, proxied, foreign], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Token_OfTheSession_AllowsChangesOfAPage()
    {
        await using var host = await WebHost.StartAsync();
        var token = (await host.GetAsync("session")).GetProperty("token").GetString()!;

        var answer = await host.SendAsync("POST", "covr/api/v1/search", new StringContent("{}", null, "application/json"), null, ("Origin", host.Origin), ("X-CoVR-Token", token));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Page_AtThePrefix_HasStrictHeadersAndATag()
    {
        await using var host = await WebHost.StartAsync();

        var moved = await host.Client.GetAsync("covr", Stop);
        var page = await host.Client.GetAsync("covr/", Stop);
        var again = await host.SendAsync("GET", "covr/", headers: ("If-None-Match", page.Headers.ETag!.ToString()));

        Assert.Equal("/covr/", moved.Headers.Location?.OriginalString);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("default-src 'none'; script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }
}
