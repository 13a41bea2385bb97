using System.Net;
using System.Security.Cryptography;
using CoVR.Downloads;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;

namespace CoVR.Tests.Downloads;

public sealed class DownloaderTests : IDisposable
{
    private const int Size = 300_000;
    private static readonly byte[] File1 = Bytes(1);
    private static readonly byte[] File2 = Bytes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly HurriedTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Target => _folder["weights", "model.pth"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Download_OfAFile_ReportsProgressAndLeavesNothingElse()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File1));
        using var downloader = Patient();
        var seen = new List<JobProgress>();

        var result = await downloader.DownloadAsync(Ask(server) with { Sha256 = HashOf(File1) }, new Listener<JobProgress>(seen), Cancel);

        Assert.True(result);
        AssertComplete(File1);
        Assert.Equal((Size, Size, "model.pth"), (seen[^1].Done, seen[^1].Total, seen[^1].Activity));
        Assert.Equal(seen.OrderBy(step => step.Done), seen);
    }

    [Fact]
    public async Task Download_OfAFileThatIsThere_AsksNobody()
    {
        await using var server = new ScriptedServer(_ => new ScriptedReply(500));
        using var downloader = Patient();
        Write(Target, File1);

        Assert.False(await downloader.DownloadAsync(Ask(server), null, Cancel));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Download_OfAFileWhoseDownloadWasKilledAfterTheRename_RemovesWhatIsLeft()
    {
        await using var server = new ScriptedServer(_ => new ScriptedReply(500));
        using var downloader = Patient();
        Write(Target, File1);
        Write(Target + ".part.json", "{}"u8.ToArray());

        Assert.False(await downloader.DownloadAsync(Ask(server), null, Cancel));

        AssertComplete(File1);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"ETag":"\"v1\""}""")]
    [InlineData("""{"Address":"ADDRESS","ETag":"no quotes"}""")]
    public async Task Download_OfAPartWhoseStateIsBroken_BeginsAnew(string state)
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File1));
        using var downloader = Patient();
        Write(Target + ".part", File2[..1000]);
        Write(Target + ".part.json", System.Text.Encoding.UTF8.GetBytes(state.Replace("ADDRESS", Ask(server).Uri.AbsoluteUri, StringComparison.Ordinal)));

        Assert.True(await downloader.DownloadAsync(Ask(server), null, Cancel));

        AssertComplete(File1);
        Assert.Equal([null], server.Requests.Select(request => request.RangeStart));
    }

    [Fact]
    public async Task Download_OverAFileOfAnotherLength_ReplacesIt()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File1));
        using var downloader = Patient();
        Write(Target, File2[..^1]);

        await downloader.DownloadAsync(Ask(server) with { ExpectedBytes = Size }, null, Cancel);

        AssertComplete(File1);
    }

    [Fact]
    public async Task Download_CutThreeTimes_ContinuesWhereItEnded()
    {
        var cuts = new Queue<int>([100_000, 50_000, 1]);
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File1) with { CutAfter = cuts.TryDequeue(out var cut) ? cut : null });
        using var downloader = Patient();

        await downloader.DownloadAsync(Ask(server), null, Cancel);

        AssertComplete(File1);
        Assert.Equal([null, 100_000, 150_000, 150_001], server.Requests.Select(request => request.RangeStart));
        Assert.Equal([null, "\"v1\"", "\"v1\"", "\"v1\""], server.Requests.Select(request => request.Header("If-Range")));
    }

    [Fact]
    public async Task Download_Cancelled_LeavesAPartThatTheNextContinues()
    {
        var stalls = true;
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File1) with { StallAfter = stalls ? 70_000 : null });
        using var calm = new Downloader();
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var progress = new Listener<JobProgress>([], step => { if (step.Done >= 1) { cancellation.Cancel(); } });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calm.DownloadAsync(Ask(server), progress, cancellation.Token));
        var kept = new FileInfo(Target + ".part").Length;
        stalls = false;
        using var downloader = Patient();
        await downloader.DownloadAsync(Ask(server), null, Cancel);

        Assert.InRange(kept, 1, 70_000);
        Assert.Equal((int?)kept, server.Requests.Last().RangeStart);
        AssertComplete(File1);
    }

    [Fact]
    public async Task Download_ThatStalls_TriesAgain()
    {
        var first = true;
        await using var server = new ScriptedServer(request =>
        {
            var reply = ScriptedReply.Honest(request, File1) with { StallAfter = first ? 1000 : null };
            first = false;
            return reply;
        });
        using var downloader = Patient();

        await downloader.DownloadAsync(Ask(server) with { StallTimeout = TimeSpan.FromSeconds(1500), Retries = 2 }, null, Cancel);

        AssertComplete(File1);
        Assert.Equal([null, 1000], server.Requests.Select(request => request.RangeStart));
    }

    [Fact]
    public async Task Download_ThatAlwaysStalls_SaysSo()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File1) with { StallAfter = 0 });
        using var downloader = Patient();

        var error = await FailAsync(downloader, Ask(server) with { StallTimeout = TimeSpan.FromSeconds(1000), Retries = 1 });

        Assert.Equal(DownloadFailure.Stalled, error.Failure);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Download_FromAServerThatIgnoresRanges_BeginsAnew()
    {
        var first = true;
        await using var server = new ScriptedServer(_ =>
        {
            var reply = new ScriptedReply(200) { Body = File1, Headers = [("ETag", "\"v1\"")], CutAfter = first ? 200_000 : null };
            first = false;
            return reply;
        });
        using var downloader = Patient();

        await downloader.DownloadAsync(Ask(server), null, Cancel);

        AssertComplete(File1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Download_WhoseVersionChangesMeanwhile_TakesTheNewOneWhole(bool serverHonoursIfRange)
    {
        var count = 0;
        await using var server = new ScriptedServer(request => ++count == 1
            ? ScriptedReply.Honest(request, File1) with { CutAfter = 200_000 }
            : ScriptedReply.Honest(serverHonoursIfRange ? request : request with { Headers = request.Headers.Where(header => header.Key != "If-Range").ToDictionary(StringComparer.OrdinalIgnoreCase) }, File2, "\"v2\""));
        using var downloader = Patient();

        await downloader.DownloadAsync(Ask(server), null, Cancel);

        AssertComplete(File2);
    }

    [Fact]
    public async Task Download_WithoutTagOrDate_IsNotContinuedUnlessAHashIsKnown()
    {
        var cut = true;
        await using var server = new ScriptedServer(request =>
        {
            var reply = ScriptedReply.Honest(request, File1, tag: null) with { CutAfter = cut ? 1000 : null };
            cut = false;
            return reply;
        });
        using var downloader = Patient();
        await downloader.DownloadAsync(Ask(server), null, Cancel);
        File.Delete(Target);
        cut = true;
        await downloader.DownloadAsync(Ask(server) with { Sha256 = HashOf(File1)[..8] }, null, Cancel);

        AssertComplete(File1);
        Assert.Equal([null, null, null, 1000], server.Requests.Select(request => request.RangeStart));
    }

    [Fact]
    public async Task Download_ContinuingSomethingElse_IsToldByTheHashAndBeginsAnew()
    {
        Write(Target + ".part", File2[..1000]);
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File1, tag: null));
        using var downloader = Patient();

        await downloader.DownloadAsync(Ask(server) with { Sha256 = HashOf(File1) }, null, Cancel);

        AssertComplete(File1);
        Assert.Equal([1000, null], server.Requests.Select(request => request.RangeStart));
    }

    [Fact]
    public async Task Download_WhosePartIsWhole_OnlyAsksWhetherItIs()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File1));
        Write(Target + ".part", File1);
        using var downloader = Patient();

        await downloader.DownloadAsync(Ask(server) with { Sha256 = HashOf(File1) }, null, Cancel);

        AssertComplete(File1);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(Size - 1)]
    [InlineData(Size + 1)]
    public async Task Download_OfAnotherLengthThanExpected_IsRefused(int expected)
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File1));
        using var downloader = Patient();

        var error = await FailAsync(downloader, Ask(server) with { ExpectedBytes = expected });

        Assert.Equal(DownloadFailure.WrongLength, error.Failure);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(Size - 1)]
    [InlineData(Size + 1)]
    public async Task Download_OfAnotherLengthThanExpectedAndNoneAnnounced_IsRefused(int expected)
    {
        await using var server = new ScriptedServer(_ => new ScriptedReply(200) { Body = File1, WithoutLength = true });
        using var downloader = Patient();

        var error = await FailAsync(downloader, Ask(server, retries: 1) with { ExpectedBytes = expected });

        Assert.Equal(expected > Size ? DownloadFailure.Interrupted : DownloadFailure.WrongLength, error.Failure);
    }

    [Fact]
    public async Task Download_ThatAnnouncesMoreThanItSends_NeverBecomesTheFile()
    {
        await using var server = new ScriptedServer(_ => new ScriptedReply(200) { Body = File1, Headers = [("Content-Length", $"{Size + 10}")] });
        using var downloader = Patient();

        var error = await FailAsync(downloader, Ask(server, retries: 2));

        Assert.Equal(DownloadFailure.Interrupted, error.Failure);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Download_OfAnotherHash_IsRefusedAndForgotten()
    {
        await using var server = new ScriptedServer(request => ScriptedReply.Honest(request, File2));
        using var downloader = Patient();

        var error = await FailAsync(downloader, Ask(server) with { Sha256 = HashOf(File1) });

        Assert.Equal(DownloadFailure.WrongHash, error.Failure);
        Assert.False(File.Exists(Target + ".part"));
    }

    [Theory]
    [InlineData(404, nameof(DownloadFailure.NotFound), false)]
    [InlineData(401, nameof(DownloadFailure.Unauthorized), false)]
    [InlineData(403, nameof(DownloadFailure.Forbidden), false)]
    [InlineData(418, nameof(DownloadFailure.Refused), false)]
    [InlineData(500, nameof(DownloadFailure.Server), true)]
    [InlineData(503, nameof(DownloadFailure.Server), true)]
    public async Task Download_Refused_SaysWhyAndRepeatsWhatMayPass(int status, string failure, bool repeats)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Text(status, "no"));
        using var downloader = Patient();

        var error = await FailAsync(downloader, Ask(server, retries: 2));

        Assert.Equal(failure, error.Failure.ToString());
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.Equal(repeats ? 3 : 1, server.Requests.Count);
        Assert.Contains($"{server["model.pth"]}: {status}", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder["weights"]));
    }

    [Fact]
    public async Task Download_OfABusyServer_WaitsAsLongAsItAsks()
    {
        var busy = true;
        await using var server = new ScriptedServer(request =>
        {
            var reply = busy ? ScriptedReply.Text(503, "later", ("Retry-After", "77")) : ScriptedReply.Honest(request, File1);
            busy = false;
            return reply;
        });
        using var downloader = Patient();

        await downloader.DownloadAsync(Ask(server), null, Cancel);

        AssertComplete(File1);
        Assert.Contains(TimeSpan.FromSeconds(77), _time.Waits);
    }

    [Fact]
    public async Task Download_OfAServerThatAsksForTooLongAWait_FailsAtOnce()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Text(429, "later", ("Retry-After", "86400")));
        using var downloader = Patient();

        var error = await FailAsync(downloader, Ask(server));

        Assert.Equal(TimeSpan.FromDays(1), error.RetryAfter);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("text/html; charset=utf-8", "anything")]
    [InlineData("application/octet-stream", "\n  <!DOCTYPE html><html><head><title>Sign in</title></head></html>")]
    [InlineData("binary/octet-stream", "\uFEFF<html>")]
    [InlineData("application/xml", "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>")]
    public async Task Download_OfAWebPage_IsRefused(string type, string text)
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Text(200, text, ("Content-Type", type)));
        using var downloader = Patient();

        var error = await FailAsync(downloader, Ask(server));

        Assert.Equal(DownloadFailure.WebPage, error.Failure);
        Assert.Contains(text.Contains("Sign in", StringComparison.Ordinal) ? "'Sign in'" : "web page", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Download_OfAWebPageThatIsWanted_IsTaken()
    {
        await using var server = new ScriptedServer(_ => ScriptedReply.Text(200, "<html>", ("Content-Type", "text/html")));
        using var downloader = Patient();

        await downloader.DownloadAsync(Ask(server) with { RefuseWebPages = false }, null, Cancel);

        Assert.Equal("<html>", await File.ReadAllTextAsync(Target, Cancel));
    }

    private static byte[] Bytes(int seed)
    {
        var bytes = new byte[Size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    private Downloader Patient() => new(null, _time);

    private DownloadRequest Ask(ScriptedServer server, int retries = 6) => new(server["model.pth"], Target) { Retries = retries, StallTimeout = TimeSpan.FromHours(3) };

    private static Task<DownloadException> FailAsync(Downloader downloader, DownloadRequest request) =>
        Assert.ThrowsAsync<DownloadException>(() => downloader.DownloadAsync(request, null, Cancel));

    private void AssertComplete(byte[] expected)
    {
        Assert.Equal(expected, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.EnumerateFiles(_folder["weights"]));
    }
}
