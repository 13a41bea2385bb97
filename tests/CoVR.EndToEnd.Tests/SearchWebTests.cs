using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using CoVR.TestSupport;
using CoVR.TestSupport.Postgres;

namespace CoVR.EndToEnd.Tests;

/// <summary>The sample with sign-in: users of their own, over a folder and over PostgreSQL.</summary>
public sealed class SearchWebTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Run_WithAFolder_ShowsEachUserTheirOwn() => RunAsync([]);

    [Fact]
    public async Task Run_WithPostgres_ShowsEachUserTheirOwn()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await RunAsync(new() { ["ConnectionStrings__Gallery"] = database.ConnectionString });
    }

    private static async Task RunAsync(Dictionary<string, string> environment)
    {
        using var folder = new TemporaryFolder();
        SearchFolderTests.Write(folder["media", "ann", "one.png"], 10);
        SearchFolderTests.Write(folder["media", "bob", "two.png"], 120);
        using var program = new InteractiveProgram([SampleProgram.Of("07-SearchWeb"), "--Tiny", "true", "--Media", folder["media"], "--urls", "http://127.0.0.1:0"], folder.FullName, environment);
        var address = new Uri(Regex.Match(await program.WaitForAsync("Now listening on: "), @"http://\S+").Value);
        await program.WaitForAsync("1 new");
        await program.WaitForAsync("1 new");

        using var nobody = ClientOf(address);
        using var ann = await SignInAsync(address, "ann", "ann-demo");
        using var bob = await SignInAsync(address, "bob", "bob-demo");
        using var wrong = ClientOf(address);

        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("covr/api/v1/index", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.PostAsync("covr/mcp", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(wrong, "ann", "bob-demo")).StatusCode);
        Assert.Equal(["ann/one.png"], await SearchAsync(ann));
        Assert.Equal(["bob/two.png"], await SearchAsync(bob));
        Assert.Equal(HttpStatusCode.OK, (await ann.GetAsync("covr/api/v1/items/ann%2Fone.png/media", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await ann.GetAsync("covr/api/v1/items/bob%2Ftwo.png/media", Stop)).StatusCode);
        Assert.Contains("<html", await ann.GetStringAsync("covr/", Stop), StringComparison.Ordinal);

        program.Terminate();
        Assert.Equal(0, await program.EndAsync());
        Assert.Contains("covr.", program.Output, StringComparison.Ordinal); // metrics and traces at the end
    }

    private static HttpClient ClientOf(Uri address) => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address };

    private static async Task<HttpClient> SignInAsync(Uri address, string user, string password)
    {
        var client = ClientOf(address);
        var answer = await PostAsync(client, user, password);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var session = await client.GetFromJsonAsync<JsonElement>("covr/api/v1/session", Stop);
        client.DefaultRequestHeaders.Add("X-CoVR-Token", session.GetProperty("token").GetString());
        return client;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string user, string password) =>
        client.PostAsync("login", new FormUrlEncodedContent(new Dictionary<string, string> { ["user"] = user, ["password"] = password }), Stop);

    private static async Task<string[]> SearchAsync(HttpClient client)
    {
        var answer = await client.PostAsJsonAsync("covr/api/v1/search", new { parts = new[] { new { text = "a red car" } } }, Stop);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").GetString()!)];
    }
}
