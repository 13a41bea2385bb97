using System.Text;
using System.Text.Json;
using CoVR.AspNetCore.Tests.Fakes;

namespace CoVR.AspNetCore.Tests.Hostile;

/// <summary>What attackers send: each request is refused with the right status, its answer tells nothing of the machine or of other users, and nothing is left on disk.</summary>
[Collection("torch")]
public sealed class HostileTests(HostileFixture fixture) : IClassFixture<HostileFixture>
{
    private WebHost Host => fixture.Host;

    [Theory]
    [InlineData("GET", "", 404)]
    [InlineData("GET", "/similar", 404)]
    [InlineData("GET", "/thumbnail", 404)]
    [InlineData("GET", "/thumbnail?size=640&at=1", 404)]
    [InlineData("GET", "/media", 404)]
    [InlineData("PATCH", "", 404)]
    [InlineData("POST", "/open", 404)]
    public async Task ItemOfAnotherUser_InEveryEndpoint_IsUnknown(string method, string below, int status)
    {
        var body = method == "PATCH" ? Json("""{"tags":["mine"]}""") : null;

        var foreign = await Host.SendAsync(method, WebHost.Api + "items/bob%2F0.png" + below, body, "alice", ("If-None-Match", fixture.BobsTag));
        var absent = await Host.SendAsync(method, WebHost.Api + "items/nobody%2F0.png" + below, method == "PATCH" ? Json("""{"tags":["mine"]}""") : null, "alice");

        await RequireAsync(foreign, status, "item.unknown");
        Assert.Equal(await absent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), await foreign.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["his"], (await Host.GetAsync("items/bob%2F0.png", "bob")).GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
    }

    [Theory]
    [InlineData("""{"parts":[{"item":"bob/0.png"}]}""", "item.unknown", 404)]
    [InlineData("""{"parts":[{"text":"red"},{"item":"bob/0.png","role":"kept"}]}""", "item.unknown", 404)]
    [InlineData("""{"parts":[{"upload":"BOBS"}]}""", "upload.unknown", 400)]
    public async Task QueryWithAnotherUsersThings_IsRefused(string query, string code, int status) =>
        await RequireAsync(await Host.SendAsync("POST", WebHost.Api + "search", Json(query.Replace("BOBS", fixture.BobsUpload, StringComparison.Ordinal)), "alice"), status, code);

    [Theory]
    [InlineData("GET", "items?top=500", null)]
    [InlineData("GET", "items?folder=bob", null)]
    [InlineData("GET", "items?tags=his", null)]
    [InlineData("GET", "items/alice%2F0.png/similar?top=500", null)]
    [InlineData("GET", "facets", null)]
    [InlineData("GET", "facets?folder=bob", null)]
    [InlineData("GET", "failures", null)]
    [InlineData("POST", "search", """{"parts":[{"text":"red"}],"top":500}""")]
    [InlineData("POST", "search", """{"parts":[{"text":"red"}],"filter":{"folder":"bob"}}""")]
    [InlineData("POST", "search", """{"parts":[{"text":"red"}],"filter":{"tags":["his"]},"collapse":true}""")]
    [InlineData("POST", "search", """{"parts":[{"text":"red"}],"sort":"time","exclude":["alice/0.png"]}""")]
    [InlineData("POST", "search", """{"parts":[{"text":"red"}],"offset":4}""")]
    [InlineData("POST", "search", """{}""")]
    public async Task Answers_OverManyItems_HoldNothingOfAnotherUser(string method, string path, string? query)
    {
        var answer = await Host.SendAsync(method, WebHost.Api + path, query is null ? null : Json(query), "alice");

        var text = (await WebHost.ReadAsync(answer)).ToString();
        Assert.DoesNotContain("bob/", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"his\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"candidates\":8", text, StringComparison.Ordinal);
        Require(text);
    }

    [Fact]
    public async Task Counts_OfTheIndex_AreTheCallersOwn()
    {
        int[] counts = [await CountAsync("alice"), await CountAsync("bob"), await CountAsync(null)];

        Assert.Equal([4, 4, 0], counts);

        async Task<int> CountAsync(string? user) => (await Host.GetAsync("index", user)).GetProperty("items").GetInt32();
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("....//....//etc/passwd")]
    [InlineData("..\\..\\windows\\win.ini")]
    [InlineData("C:\\Windows\\win.ini")]
    [InlineData("\\\\server\\share\\x.png")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("alice/0.png\0.jpg")]
    [InlineData("alice/../bob/0.png")]
    [InlineData("%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("．．／．．／etc／passwd")]
    [InlineData("alice/0.png/")]
    [InlineData("ALICE/0.PNG")]
    [InlineData("{0}")]
    [InlineData("' OR 1=1 --")]
    [InlineData("LONG")]
    [InlineData("SOURCE")]
    public async Task PathAsId_IsUnknown(string id)
    {
        id = id == "LONG" ? new string('a', 6000) : id == "SOURCE" ? Host.Files["media", "alice", "0.png"] : id;

        foreach (var below in new[] { "/media", "/thumbnail", "/similar" })
        {
            await RequireAsync(await Host.SendAsync("GET", $"{WebHost.Api}items/{WebHost.Escape(id)}{below}", null, "alice"), id.Contains('\0') ? 400 : 404);
        }

        var search = await Host.SendAsync("POST", WebHost.Api + "search", Json(JsonSerializer.Serialize(new { parts = new[] { new { item = id } } })), "alice");
        await RequireAsync(search, 404, "item.unknown");
    }

    [Theory]
    [InlineData("GET /covr/api/v1/items/../../../../etc/passwd/media HTTP/1.1", 404)]
    [InlineData("GET /covr/api/v1/items/%2e%2e/%2e%2e/%2e%2e/etc/passwd HTTP/1.1", 404)]
    [InlineData("GET /covr/api/v1/items/a%00b/media HTTP/1.1", 400)]
    [InlineData("GET /covr/assets/../../../../etc/passwd HTTP/1.1", 404)]
    [InlineData("GET /covr/assets/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1", 404)]
    [InlineData("GET /covr/assets/page.css%00.html HTTP/1.1", 400)]
    public async Task PathTricks_OnTheWire_LeadNowhere(string line, int status)
    {
        var (answered, text) = await WireAsync($"{line}\r\nHost: localhost\r\nX-Test-User: alice\r\n\r\n");

        Assert.Equal(status, answered);
        Assert.DoesNotContain("root:", text, StringComparison.Ordinal);
        Require(text);
    }

    public static TheoryData<string, int, string> Uploads => new()
    {
        { "empty", 415, "upload.unsupported" },
        { "html", 415, "upload.unsupported" },
        { "svg", 415, "upload.unsupported" },
        { "zip", 415, "upload.unsupported" },
        { "program", 415, "upload.unsupported" },
        { "playlist", 415, "upload.unsupported" },
        { "concat", 415, "upload.unsupported" },
        { "png-then-html", 422, "media.unreadable" },
        { "gif-then-script", 422, "media.unreadable" },
        { "png-dimensions", 422, "media.unreadable" },
        { "png-bomb", 422, "media.unreadable" },
        { "png-limit", 422, "media.unreadable" },
        { "gif-dimensions", 422, "media.unreadable" },
        { "bmp-dimensions", 422, "media.unreadable" },
        { "jpeg-dimensions", 422, "media.unreadable" },
        { "png-cut", 422, "media.unreadable" },
        { "avi-playlist", 422, "media.unreadable" },
        { "mp4-garbage", 422, "media.unreadable" },
        { "mkv-garbage", 422, "media.unreadable" },
        { "too-large", 413, "upload.too-large" },
    };

    [Theory]
    [MemberData(nameof(Uploads))]
    public async Task Upload_OfABadFile_IsRefusedAndLeavesNothing(string name, int status, string code)
    {
        var file = name switch
        {
            "html" => BadFiles.Text("<html><script>alert(1)</script></html>"),
            "svg" => BadFiles.Text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
            "zip" => BadFiles.Text("PK\u0003\u0004" + new string('\0', 60)),
            "program" => BadFiles.Text("\u007fELF" + new string('\0', 60)),
            "playlist" => BadFiles.Text("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"),
            "concat" => BadFiles.Text("ffconcat version 1.0\nfile /etc/passwd\n"),
            "png-then-html" => BadFiles.Text("\u0089PNG\r\n\u001a\n<html><script>alert(1)</script></html>"),
            "gif-then-script" => BadFiles.Text("GIF89a/*" + new string(' ', 60) + "*/=1;alert(1)"),
            "png-dimensions" => BadFiles.Png(2_000_000_000, 2_000_000_000),
            "png-bomb" => BadFiles.Png(30_000, 30_000, 100_000_000),
            "png-limit" => BadFiles.Png(1001, 1000, 1000 * 3004),
            "gif-dimensions" => BadFiles.Gif(65_535, 65_535),
            "bmp-dimensions" => BadFiles.Bmp(1 << 30, 1 << 30),
            "jpeg-dimensions" => BadFiles.Jpeg(65_500, 65_500),
            "png-cut" => BadFiles.Picture[..^40],
            "avi-playlist" => BadFiles.AviPlaylist,
            "mp4-garbage" => BadFiles.Text("\0\0\0\u0018ftypmp42" + new string('x', 5000)),
            "mkv-garbage" => BadFiles.Text("\u001aE\u00df\u00a3" + new string('\u00ff', 5000)),
            "too-large" => [.. BadFiles.Picture, .. new byte[1 << 20]],
            _ => [],
        };

        var answer = await Host.SendAsync("POST", WebHost.Api + "search", WebHost.Form(new { parts = new[] { new { file = "f" } } }, ("f", file)), "alice");

        await RequireAsync(answer, status, code);
    }

    public static TheoryData<string, int, string> Forms => new()
    {
        { "too-many", 413, "upload.too-many" },
        { "missing-file", 400, "upload.missing" },
        { "missing-query", 400, "query.missing" },
        { "large-query", 413, "query.too-large" },
        { "no-boundary", 400, "request.invalid" },
        { "long-boundary", 400, "request.invalid" },
        { "no-disposition", 400, "request.invalid" },
        { "header-flood", 400, "request.invalid" },
        { "cut", 400, "request.invalid" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Form_OfABadShape_IsRefused(string name, int status, string code)
    {
        HttpContent content = name switch
        {
            "too-many" => WebHost.Form(new { }, [.. Enumerable.Range(0, 5).Select(i => ($"f{i}", BadFiles.Picture))]),
            "missing-file" => WebHost.Form(new { parts = new[] { new { file = "other" } } }, ("f", BadFiles.Picture)),
            "missing-query" => Raw("--x\r\nContent-Disposition: form-data; name=f; filename=f.png\r\n\r\n" + Encoding.Latin1.GetString(BadFiles.Picture) + "\r\n--x--\r\n"),
            "large-query" => WebHost.Form(new { text = new string('a', 2 << 20) }),
            "no-boundary" => Raw("--x--\r\n", "multipart/form-data"),
            "long-boundary" => Raw("--x--\r\n", "multipart/form-data; boundary=" + new string('x', 3000)),
            "no-disposition" => Raw("--x\r\nContent-Type: text/plain\r\n\r\n{}\r\n--x--\r\n"),
            "header-flood" => Raw("--x\r\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"X-{i}: 1\r\n")) + "\r\n{}\r\n--x--\r\n"),
            _ => Raw("--x\r\nContent-Disposition: form-data; name=query\r\n\r\n{"),
        };

        await RequireAsync(await Host.SendAsync("POST", WebHost.Api + "search", content, "alice"), status, code);
    }

    [Theory]
    [InlineData("", "query.invalid")]
    [InlineData("null", "query.invalid")]
    [InlineData("[]", "query.invalid")]
    [InlineData("{\"parts\":", "query.invalid")]
    [InlineData("{\"parts\":null}", "query.invalid")]
    [InlineData("{\"parts\":[null]}", "query.invalid")]
    [InlineData("NESTED", "query.invalid")]
    [InlineData("MANY", "query.too-many-parts")]
    [InlineData("LETTERS", "query.text-too-long")]
    [InlineData("EXCLUDES", "query.invalid")]
    [InlineData("{\"parts\":[{}]}", "query.invalid")]
    [InlineData("{\"parts\":[{\"text\":\" \"}]}", "query.empty")]
    [InlineData("{\"parts\":[{\"text\":\"a\",\"item\":\"alice/0.png\"}]}", "query.invalid")]
    [InlineData("{\"parts\":[{\"text\":\"a\",\"weight\":-1}]}", "query.invalid")]
    [InlineData("{\"parts\":[{\"text\":\"a\",\"weight\":1e999}]}", "query.invalid")]
    [InlineData("{\"parts\":[{\"text\":\"a\",\"weight\":\"NaN\"}]}", "query.invalid")]
    [InlineData("{\"parts\":[{\"text\":\"a\",\"role\":7}]}", "query.invalid")]
    [InlineData("{\"parts\":[{\"text\":\"a\",\"role\":\"evil\"}]}", "query.invalid")]
    [InlineData("{\"parts\":[{\"item\":\"alice/0.png\",\"from\":5,\"to\":1}]}", "query.invalid")]
    [InlineData("{\"top\":0}", "query.invalid")]
    [InlineData("{\"top\":501}", "query.invalid")]
    [InlineData("{\"offset\":-1}", "query.invalid")]
    [InlineData("{\"offset\":99999999999999}", "query.invalid")]
    [InlineData("{\"filter\":{\"kind\":\"program\"}}", "query.invalid")]
    [InlineData("{\"filter\":{\"tags\":[null]}}", "query.invalid")]
    [InlineData("{\"filter\":{\"takenFrom\":\"never\"}}", "query.invalid")]
    [InlineData("{\"parts\":[{\"upload\":\"../../etc/passwd\"}]}", "upload.unknown")]
    public async Task Query_OfBadValues_IsRefused(string query, string code)
    {
        query = query switch
        {
            "NESTED" => new string('[', 50_000),
            "MANY" => $"{{\"parts\":[{string.Join(',', Enumerable.Repeat("{\"text\":\"a\"}", 200))}]}}",
            "LETTERS" => $"{{\"parts\":[{{\"text\":\"{new string('a', 100_000)}\"}}]}}",
            "EXCLUDES" => $"{{\"exclude\":[{string.Join(',', Enumerable.Repeat("\"a\"", 20_000))}]}}",
            _ => query,
        };

        await RequireAsync(await Host.SendAsync("POST", WebHost.Api + "search", Json(query), "alice"), 400, code);
    }

    [Theory]
    [InlineData("GET", "items?top=abc", 400)]
    [InlineData("GET", "items?takenFrom=never", 400)]
    [InlineData("GET", "items?top=1000000000", 400)]
    [InlineData("GET", "items/alice%2F0.png/thumbnail?size=100000", 400)]
    [InlineData("GET", "items/alice%2F0.png/thumbnail?at=NaN", 400)]
    [InlineData("GET", "failures?offset=-5", 400)]
    [InlineData("GET", "nothing/here", 404, "route.unknown")]
    [InlineData("POST", "nothing/here", 404, "route.unknown")]
    [InlineData("DELETE", "items/alice%2F0.png", 405, "request.method")]
    [InlineData("GET", "search", 405, "request.method")]
    [InlineData("TRACE", "health", 405, "request.method")]
    public async Task Address_OfBadValues_IsRefused(string method, string path, int status, string? code = null) =>
        await RequireAsync(await Host.SendAsync(method, WebHost.Api + path, null, "alice"), status, code);

    [Fact]
    public async Task Address_OfAWrongMethod_SaysWhichItTakes() =>
        Assert.Equal(["GET", "PATCH"], (await Host.SendAsync("PUT", WebHost.Api + "items/alice%2F0.png", null, "alice")).Content.Headers.Allow.Order());

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    [InlineData("image/png")]
    public async Task Body_OfAWrongType_IsRefused(string type)
    {
        await RequireAsync(await Host.SendAsync("POST", WebHost.Api + "search", Raw("{}", type), "alice"), 415, "request.unsupported");
        await RequireAsync(await Host.SendAsync("PATCH", WebHost.Api + "items/alice%2F0.png", Raw("{}", type), "alice"), 415, "request.unsupported");
    }

    [Theory]
    [InlineData("{\"tags\":null}")]
    [InlineData("{}")]
    [InlineData("{\"tags\":[\"\"]}")]
    [InlineData("{\"tags\":[null]}")]
    [InlineData("MANY")]
    public async Task Tags_OfBadValues_AreRefused(string change)
    {
        change = change == "MANY" ? $"{{\"tags\":[{string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"{i}\""))}]}}" : change;

        await RequireAsync(await Host.SendAsync("PATCH", WebHost.Api + "items/alice%2F0.png", Json(change), "alice"), 400);
    }

    private Task<(int Status, string Text)> WireAsync(string request) => Wire.SendAsync(Host.Address, request, TestContext.Current.CancellationToken);

    private async Task RequireAsync(HttpResponseMessage answer, int status, string? code = null)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode} {text}");
        if (code is not null)
        {
            Assert.Equal(code, await WebHost.CodeOf(answer));
        }

        Require(text);
    }

    private void Require(string text)
    {
        Assert.All(fixture.Secrets(), secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Empty(fixture.Leftovers());
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static ByteArrayContent Raw(string text, string type = "multipart/form-data; boundary=x")
    {
        var content = new ByteArrayContent(Encoding.Latin1.GetBytes(text));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }
}
