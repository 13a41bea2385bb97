using System.Net;
using System.Net.Sockets;
using CoVR.Downloads;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;

namespace CoVR.Tests.Downloads;

/// <summary>Redirections, unreachable servers, disks, and several who want the same file.</summary>
public sealed class DownloaderWayTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 50_000).Select(number => (byte)(number * 7))];

    private readonly TemporaryFolder _folder = new();
    private readonly HurriedTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Target => _folder["model.pth"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Download_ThroughRedirections_SendsSecretsToTheFirstHostOnly()
    {
        await using var storage = new ScriptedServer(request => ScriptedReply.Honest(request, Content));
        await using var server = new ScriptedServer(request => request.Path == "model.pth"
            ? new ScriptedReply(302) { Headers = [("Location", "/next")] }
            : new ScriptedReply(307) { Headers = [("Location", storage["blob?signature=1"].AbsoluteUri)] });
        using var downloader = Hurried();

        await downloader.DownloadAsync(Ask(server) with { Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer secret" } }, null, Cancel);

        Assert.Equal(Content, await File.ReadAllBytesAsync(Target, Cancel));
        Assert.Equal(["Bearer secret", "Bearer secret"], server.Requests.Select(request => request.Header("Authorization")));
        Assert.Null(Assert.Single(storage.Requests).Header("Authorization"));
    }

    [Fact]
    public async Task Download_InCircles_Ends()
    {
        await using var server = new ScriptedServer(request => new ScriptedReply(302) { Headers = [("Location", "/" + request.Path)] });
        using var downloader = new Downloader(null, _time) { MaxRedirects = 3 };

        var error = await FailAsync(downloader, Ask(server));

        Assert.Equal(DownloadFailure.Redirect, error.Failure);
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.org/model.pth")]
    public async Task Download_RedirectedOffTheWeb_IsRefused(string location)
    {
        await using var server = new ScriptedServer(_ => new ScriptedReply(302) { Headers = [("Location", location)] });
        using var downloader = Hurried();

        Assert.Equal(DownloadFailure.Redirect, (await FailAsync(downloader, Ask(server))).Failure);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Download_RedirectedFromHttpsToHttp_IsRefused(bool byTheHandlerItself)
    {
        using var handler = new FakeHandler(request => byTheHandlerItself
            ? new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = new HttpRequestMessage(HttpMethod.Get, "http://plain.example/f"), Content = new ByteArrayContent(Content) }
            : new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new Uri("http://plain.example/f?secret=1") } });
        using var downloader = new Downloader(handler, _time);

        var error = await Assert.ThrowsAsync<DownloadException>(() => downloader.DownloadAsync(new DownloadRequest(new Uri("https://safe.example/f"), Target) { StallTimeout = TimeSpan.FromHours(3) }, null, Cancel));

        Assert.Equal(DownloadFailure.Redirect, error.Failure);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Download_FromNobody_SaysThatTheHostCannotBeReached()
    {
        // Taken, so that no other test's server gets the port, but not listened at.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}/model.pth");
        using var downloader = Hurried();
        var error = await Assert.ThrowsAsync<DownloadException>(() => downloader.DownloadAsync(new DownloadRequest(address, Target) { Retries = 1, StallTimeout = TimeSpan.FromHours(3) }, null, Cancel));

        Assert.Equal(DownloadFailure.Unreachable, error.Failure);
        Assert.True(error.IsTransient);
        Assert.Contains("127.0.0.1 cannot be reached", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_WithoutRoom_FailsBeforeTheFirstByte()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Content));
        using var downloader = new Downloader(null, _time) { ReservedSpace = 1000, FreeSpace = _ => Content.Length + 999 };

        var error = await FailAsync(downloader, Ask(server));

        Assert.Equal(DownloadFailure.NoSpace, error.Failure);
        Assert.Empty(Directory.EnumerateFiles(_folder.FullName));
    }

    [Fact]
    public async Task Download_IntoAFileInsteadOfAFolder_SaysThatItCannotBeWritten()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Content));
        await File.WriteAllTextAsync(_folder["taken"], "", Cancel);
        using var downloader = Hurried();

        var error = await FailAsync(downloader, Ask(server) with { Path = _folder["taken", "model.pth"] });

        Assert.Equal(DownloadFailure.NotWritable, error.Failure);
    }

    [Fact]
    public async Task Download_OfOneFileByMany_AsksOnce()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Content));
        using var one = Hurried();
        using var other = Hurried();

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => (number % 2 == 0 ? one : other).DownloadAsync(Ask(server), null, Cancel))));

        Assert.Single(server.Requests);
        Assert.Single(results, result => result);
        Assert.Equal([Target], Directory.EnumerateFiles(_folder.FullName));
        Assert.Equal(Content, await File.ReadAllBytesAsync(Target, Cancel));
    }

    [Fact]
    public async Task Download_CutAgainAndAgain_GoesOnWhileMegabytesCome()
    {
        var big = new byte[5 << 20];
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, big) is var reply && reply.Body.Length > (1 << 20) ? reply with { CutAfter = 1 << 20 } : reply);
        using var downloader = Hurried();

        await downloader.DownloadAsync(Ask(server, retries: 1), null, Cancel);

        Assert.Equal(big.Length, new FileInfo(Target).Length);
        Assert.Equal(5, server.Requests.Count);
    }

    [Fact]
    public async Task Download_ThatTheCheckRefuses_FailsAndLeavesTheOldFileAlone()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Content));
        using var downloader = Hurried();
        await File.WriteAllTextAsync(Target, "old", Cancel);
        byte[]? seen = null;

        var error = await FailAsync(downloader, Ask(server) with
        {
            Replace = true,
            Check = async (path, token) =>
            {
                seen = await File.ReadAllBytesAsync(path, token);
                return "it is no table.";
            },
        });

        Assert.Equal(DownloadFailure.WrongContent, error.Failure);
        Assert.Equal("it is no table.", error.Reason);
        Assert.Equal(Content, seen);
        Assert.Equal("old", await File.ReadAllTextAsync(Target, Cancel));
        Assert.Equal([Target], Directory.EnumerateFiles(_folder.FullName));
    }

    [Fact]
    public async Task Download_ThatTheCheckTakes_ReplacesTheOldFile()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Content));
        using var downloader = Hurried();
        await File.WriteAllTextAsync(Target, "old", Cancel);

        await downloader.DownloadAsync(Ask(server) with { Replace = true, Check = (_, _) => Task.FromResult<string?>(null) }, null, Cancel);

        Assert.Equal(Content, await File.ReadAllBytesAsync(Target, Cancel));
        Assert.Equal([Target], Directory.EnumerateFiles(_folder.FullName));
    }

    [Fact]
    public async Task Download_WhoseCheckThrows_KeepsWhatCame()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Content));
        using var downloader = Hurried();

        await Assert.ThrowsAsync<InvalidOperationException>(() => downloader.DownloadAsync(Ask(server) with { Check = (_, _) => throw new InvalidOperationException() }, null, Cancel));
        Assert.False(File.Exists(Target));
        await downloader.DownloadAsync(Ask(server), null, Cancel);

        Assert.Equal(Content, await File.ReadAllBytesAsync(Target, Cancel));
        Assert.Equal(Content.Length, server.Requests.Last().RangeStart);
    }

    [Fact]
    public async Task Download_ContinuedIntoSomethingWrong_BeginsAnewOnce()
    {
        var first = true;
        await using var server = new ScriptedServer(request =>
        {
            var reply = ScriptedReply.Honest(request, Content) with { CutAfter = first ? 1000 : null };
            first = false;
            return reply;
        });
        using var downloader = Hurried();
        var checks = 0;

        await downloader.DownloadAsync(Ask(server) with { Check = (_, _) => Task.FromResult(++checks == 1 ? "torn" : null) }, null, Cancel);

        Assert.Equal([null, 1000, null], server.Requests.Select(request => request.RangeStart));
        Assert.Equal(Content, await File.ReadAllBytesAsync(Target, Cancel));
    }

    [Fact]
    public async Task Download_WithDamagedState_BeginsAnew()
    {
        await File.WriteAllBytesAsync(Target + ".part", new byte[10], Cancel);
        await File.WriteAllTextAsync(Target + ".part.json", "{\"Address\":", Cancel);
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, Content));
        using var downloader = Hurried();

        await downloader.DownloadAsync(Ask(server), null, Cancel);

        Assert.Equal(Content, await File.ReadAllBytesAsync(Target, Cancel));
        Assert.Null(Assert.Single(server.Requests).RangeStart);
    }

    [Theory]
    [InlineData("/relative", null)]
    [InlineData("file:///etc/passwd", null)]
    [InlineData("https://example.org/f", "xyz")]
    [InlineData("https://example.org/f", "12345")]
    public async Task Download_OfARequestThatIsNone_IsAnArgumentError(string address, string? hash)
    {
        using var downloader = Hurried();

        await Assert.ThrowsAsync<ArgumentException>(() => downloader.DownloadAsync(new DownloadRequest(new Uri(address, UriKind.RelativeOrAbsolute), Target) { Sha256 = hash }, null, Cancel));
    }

    private Downloader Hurried() => new(null, _time);

    private DownloadRequest Ask(ScriptedServer server, int retries = 4) => new(server["model.pth"], Target) { Retries = retries, StallTimeout = TimeSpan.FromHours(3) };

    private static Task<DownloadException> FailAsync(Downloader downloader, DownloadRequest request) =>
        Assert.ThrowsAsync<DownloadException>(() => downloader.DownloadAsync(request, null, Cancel));

    private sealed class FakeHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
