using CoVR.Cli.Commands.Download;
using CoVR.Downloads;
using CoVR.Embedding;
using CoVR.TestSupport.Downloads;

namespace CoVR.Cli.Tests.Commands.Download;

public sealed class VideoDownloadTests
{
    private static readonly string[] Ids = [.. Enumerable.Range(0, 40).Select(n => $"{n / 10:D3}_050/{1000 + n}")];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Download_OfTheVideosThatAnnotationsName_BringsEachOnce()
    {
        await using var world = new VideoWorld();
        world.List(Ids);
        var annotations = world.Annotate(Ids[..6]);
        var seen = new List<VideoProgress>();

        var outcomes = await world.RunAsync(options => options.Annotations = annotations, new Listener<VideoProgress>(seen));

        Assert.All(outcomes.Values, outcome => Assert.Equal(VideoStatus.Downloaded, outcome.Status));
        Assert.Equal(Ids[..6], world.Stored);
        Assert.Equal(VideoWorld.VideoOf("000_050/1003.mp4"), await File.ReadAllBytesAsync(world["videos", "000_050", "1003.mp4"], Cancel));
        Assert.Equal(6, world.Asked.Count);
        Assert.Equal((6L, 6L, 0L, 12_000L), (seen[^1].Done, seen[^1].Total, seen[^1].Missing, seen[^1].Bytes));
        Assert.Equal(["downloads-test.jsonl", "downloads-test.lock"], Directory.EnumerateFiles(world["videos"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Download_Again_AsksNobody()
    {
        await using var world = new VideoWorld();
        world.List(Ids);
        await world.RunAsync();
        _ = world.Asked;

        var outcomes = await world.RunAsync();

        Assert.Equal(Ids.Length, outcomes.Count);
        Assert.All(outcomes.Values, outcome => Assert.Equal(VideoStatus.AlreadyThere, outcome.Status));
        Assert.Empty(world.Asked);
    }

    [Fact]
    public async Task Download_OfBadVideos_LeavesNoneOfThemAndListsThem()
    {
        await using var world = new VideoWorld(BadAnswer);
        world.List(["p/good", "p/gone", "p/forbidden", "p/busy", "p/page", "p/still", "p/noise"], ("../../escape.mp4", "http://127.0.0.1/x"), ("p/odd.mp4", "ftp://127.0.0.1/x"));
        var annotations = world.Annotate("p/good", "p/gone", "p/forbidden", "p/busy", "p/page", "p/still", "p/noise", "p/odd", "p/unlisted");

        var outcomes = await world.RunAsync(options => options.Annotations = annotations);

        Assert.Equal(["p/good"], world.Stored);
        Assert.Equal(
            [
                ("p/busy", VideoStatus.Failed), ("p/forbidden", VideoStatus.Gone), ("p/gone", VideoStatus.Gone), ("p/good", VideoStatus.Downloaded), ("p/noise", VideoStatus.NotAVideo),
                ("p/odd", VideoStatus.Invalid), ("p/page", VideoStatus.Failed), ("p/still", VideoStatus.NotAVideo), ("p/unlisted", VideoStatus.NoAddress),
            ],
            outcomes.Values.OrderBy(outcome => outcome.Id, StringComparer.Ordinal).Select(outcome => (outcome.Id, outcome.Status)));
        var missing = await File.ReadAllLinesAsync(world["videos", "missing-test.csv"], Cancel);
        Assert.Equal("id,status,reason,address", missing[0]);
        Assert.Equal(8, missing.Length - 1);
        Assert.StartsWith("p/gone,Gone,", missing[3], StringComparison.Ordinal);
        Assert.Contains("404", missing[3], StringComparison.Ordinal);
        Assert.EndsWith(world.Server["p/gone.mp4"].AbsoluteUri, missing[3], StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles(world["videos", "p"]), path => !path.EndsWith("good.mp4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Download_AfterFailures_AsksOnlyForWhatMayCome()
    {
        await using var world = new VideoWorld(BadAnswer);
        world.List(["p/good", "p/gone", "p/forbidden", "p/busy", "p/page", "p/still"]);
        await world.RunAsync();
        _ = world.Asked;
        world.Answer = _ => null;

        var second = await world.RunAsync();
        var askedSecond = world.Asked.Order().ToList();
        var kept = await File.ReadAllLinesAsync(world["videos", "missing-test.csv"], Cancel);
        var third = await world.RunAsync(options => options.RetryFailed = true);

        Assert.Equal(["p/busy.mp4", "p/page.mp4"], askedSecond);
        Assert.Equal((VideoStatus.Gone, true), (second["p/gone"].Status, second["p/gone"].IsFromEarlierRun));
        Assert.Equal(["id", "p/forbidden", "p/gone", "p/still"], kept.Select(line => line.Split(',')[0]));
        Assert.Equal(["p/forbidden.mp4", "p/gone.mp4", "p/still.mp4"], world.Asked.Order());
        Assert.All(third.Values, outcome => Assert.True(outcome.IsThere));
        Assert.False(File.Exists(world["videos", "missing-test.csv"]));
    }

    [Fact]
    public async Task Download_OfAVideoThatWasGoneAtAnotherAddress_AsksAgain()
    {
        await using var world = new VideoWorld(BadAnswer);
        world.List(["p/gone"]);
        await world.RunAsync();
        world.List([], ("p/gone.mp4", world.Server["elsewhere.mp4"].AbsoluteUri));

        Assert.Equal(VideoStatus.Downloaded, (await world.RunAsync())["p/gone"].Status);
    }

    [Fact]
    public async Task Download_OfAVideoThatVanishedAfterwards_AsksAgain()
    {
        await using var world = new VideoWorld(BadAnswer);
        world.List(["p/gone"]);
        await world.RunAsync();
        world.Answer = _ => null;
        await world.RunAsync(options => options.RetryFailed = true);
        File.Delete(world["videos", "p", "gone.mp4"]);

        Assert.Equal(VideoStatus.Downloaded, (await world.RunAsync())["p/gone"].Status);
    }

    [Fact]
    public async Task Download_WithTornJournal_PassesOverTheTornLine()
    {
        await using var world = new VideoWorld(BadAnswer);
        world.List(["p/gone", "p/forbidden"]);
        await world.RunAsync(options => options.Workers = 1);
        var journal = world["videos", "downloads-test.jsonl"];
        await File.WriteAllTextAsync(journal, (await File.ReadAllTextAsync(journal, Cancel))[..^9], Cancel);
        _ = world.Asked;

        await world.RunAsync();

        Assert.Equal(["p/forbidden.mp4"], world.Asked);
        Assert.Equal(3, (await File.ReadAllLinesAsync(journal, Cancel)).Length);
        await world.RunAsync();
        Assert.Empty(world.Asked);
    }

    [Fact]
    public async Task Download_CutInTheMiddle_ContinuesThePart()
    {
        var cuts = true;
        await using var world = new VideoWorld();
        world.Answer = request => ScriptedReply.Honest(request, VideoWorld.VideoOf(request.Path)) with { CutAfter = !cuts ? null : request.RangeStart is null ? 700 : 0 };
        world.List(["p/one"]);

        var first = await world.RunAsync();
        cuts = false;
        var second = await world.RunAsync();

        Assert.Equal((VideoStatus.Failed, VideoStatus.Downloaded), (first["p/one"].Status, second["p/one"].Status));
        Assert.Equal(700, world.Server.Requests.Last().RangeStart);
        Assert.Equal(VideoWorld.VideoOf("p/one.mp4"), await File.ReadAllBytesAsync(world["videos", "p", "one.mp4"], Cancel));
    }

    [Fact]
    public async Task Download_Cancelled_GoesOnWhereItWas()
    {
        var (stalls, met) = (true, 0);
        await using var world = new VideoWorld();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        world.Answer = request =>
        {
            if (!stalls || !request.Path.EndsWith("9.mp4", StringComparison.Ordinal))
            {
                return null;
            }

            StopAtSecond();
            return ScriptedReply.Honest(request, VideoWorld.VideoOf(request.Path)) with { StallAfter = 900 };
        };
        world.List(Ids[..10]);
        var done = new Listener<VideoProgress>([], at => { if (at.Done == 9) { StopAtSecond(); } });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Job().DownloadAsync(done, stop.Token).CountAsync(Cancel).AsTask());
        var (stored, asked) = (world.Stored.Count, world.Asked.Count);
        stalls = false;
        await world.RunAsync();

        Assert.Equal((9, 10), (stored, asked));
        Assert.False(File.Exists(world["videos", "missing-test.csv"]));
        Assert.Single(world.Asked);
        Assert.Equal(Ids[..10], world.Stored);

        // When nine have come and the tenth is asked for, in either order.
        void StopAtSecond()
        {
            if (Interlocked.Increment(ref met) == 2)
            {
                stop.Cancel();
            }
        }
    }

    [Fact]
    public async Task Download_InShards_EachVideoIsBroughtByExactlyOne()
    {
        await using var world = new VideoWorld(request => request.Path.EndsWith("7.mp4", StringComparison.Ordinal) ? ScriptedReply.Text(404, "gone") : null);
        world.List(Ids);

        var shards = await Task.WhenAll(Enumerable.Range(0, 3).Select(index => world.RunAsync(options => options.Shard = new Shard(index, 3))));

        Assert.Equal(Ids, shards.SelectMany(outcomes => outcomes.Keys).Order(StringComparer.Ordinal));
        Assert.All(shards, outcomes => Assert.NotEmpty(outcomes));
        Assert.Equal(Ids.Where(id => !id.EndsWith('7')), world.Stored);
        Assert.Equal(Ids.Length, world.Asked.Count);
        Assert.Equal(
            Ids.Where(id => id.EndsWith('7')),
            Directory.EnumerateFiles(world["videos"], "missing-test-*-of-3.csv").SelectMany(file => File.ReadLines(file).Skip(1)).Select(line => line.Split(',')[0]).Order(StringComparer.Ordinal));

        // Cut anew, nothing is asked for again.
        await world.RunAsync();
        await world.RunAsync(options => options.Shard = new Shard(1, 2));
        Assert.Empty(world.Asked);
    }

    [Fact]
    public async Task Download_OfAShardThatAnotherProcessHas_SaysSo()
    {
        await using var world = new VideoWorld();
        world.List(Ids);
        Directory.CreateDirectory(world["videos"]);
        await using var other = new FileStream(world["videos", "downloads-test.lock"], FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        var error = await Assert.ThrowsAsync<IOException>(() => world.RunAsync());

        Assert.Contains("another process is downloading this shard", error.Message, StringComparison.Ordinal);
        Assert.Empty(world.Asked);
    }

    [Fact]
    public async Task Download_FromAServerThatAlwaysFails_StopsBeforeEveryVideoHasFailed()
    {
        await using var world = new VideoWorld(_ => ScriptedReply.Text(500, "no"));
        world.List(Ids);

        var error = await Assert.ThrowsAsync<DownloadException>(() => world.RunAsync(options => options.FailuresInARow = 4));

        Assert.Contains("4 videos in a row failed", error.Message, StringComparison.Ordinal);
        Assert.InRange(world.Asked.Distinct().Count(), 4, 8);
        Assert.False(File.Exists(world["videos", "missing-test.csv"]));
    }

    [Fact]
    public async Task Download_FromABusyServer_WaitsAsLongAsItAsksBeforeTheNextVideo()
    {
        var busy = 2;
        await using var world = new VideoWorld();
        world.Answer = _ => busy-- > 0 ? ScriptedReply.Text(429, "later", ("Retry-After", "77")) : null;
        world.List(["p/one", "p/two"]);

        var outcomes = await world.RunAsync(options => options.Workers = 1);

        Assert.Equal(VideoStatus.Failed, outcomes["p/one"].Status);
        Assert.Equal(VideoStatus.Downloaded, outcomes["p/two"].Status);
        Assert.Equal(2, world.Time.Waits.Count(wait => wait.TotalSeconds is > 70 and <= 77));
    }

    [Fact]
    public async Task Download_WithoutRoom_EndsTheJob()
    {
        await using var world = new VideoWorld(_ => new ScriptedReply(200) { Headers = [("Content-Length", $"{long.MaxValue / 2}")] });
        world.List(Ids);

        var error = await Assert.ThrowsAsync<DownloadException>(() => world.RunAsync());

        Assert.True(error.IsDiskFault);
        Assert.InRange(world.Asked.Count, 1, 3);
        Assert.Empty(world.Stored);
    }

    [Fact]
    public async Task Download_FromAMirror_NeedsNoList()
    {
        await using var world = new VideoWorld();
        var annotations = world.Annotate(Ids[..4]);

        await world.RunAsync(options => (options.List, options.BaseAddress, options.Annotations) = (null, world.Server["mirror"], annotations));

        Assert.Equal(Ids[..4], world.Stored);
        Assert.Equal(Ids[..4].Select(id => $"mirror/{id}.mp4"), world.Asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Download_OfIdentitiesInAFile_TakesThoseOnly()
    {
        await using var world = new VideoWorld();
        world.List(Ids);
        await File.WriteAllLinesAsync(world["todo.txt"], [Ids[3], "", $" {Ids[5]}.mp4 ", Ids[3]], Cancel);

        var outcomes = await world.RunAsync(options => options.Ids = world["todo.txt"]);

        Assert.Equal([Ids[3], Ids[5]], outcomes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([Ids[3], Ids[5]], world.Stored);
    }

    [Fact]
    public async Task Download_CheckingWhatIsThere_ReplacesErrorPagesThatTheReferenceStored()
    {
        await using var world = new VideoWorld();
        world.List(Ids[..2]);
        Directory.CreateDirectory(world["videos", "000_050"]);
        await File.WriteAllTextAsync(world["videos", "000_050", "1000.mp4"], "<html>Forbidden</html>", Cancel);
        await File.WriteAllTextAsync(world["videos", "000_050", "1001.mp4"], "video of old", Cancel);

        var trusting = await world.RunAsync();
        var outcomes = await world.RunAsync(options => options.CheckExisting = true);

        Assert.All(trusting.Values, outcome => Assert.Equal(VideoStatus.AlreadyThere, outcome.Status));
        Assert.Equal((VideoStatus.Downloaded, VideoStatus.AlreadyThere), (outcomes[Ids[0]].Status, outcomes[Ids[1]].Status));
        Assert.Equal([Ids[0] + ".mp4"], world.Asked);
        Assert.Equal("video of old", await File.ReadAllTextAsync(world["videos", "000_050", "1001.mp4"], Cancel));
    }

    [Fact]
    public async Task Plan_AsksNobodyAndSaysWhatIsToBeDone()
    {
        await using var world = new VideoWorld(BadAnswer);
        world.List(["p/good", "p/gone"]);
        await world.RunAsync();
        world.List(["p/good", "p/gone", "p/new"]);
        _ = world.Asked;

        var plan = await world.Job().PlanAsync(Cancel).ToDictionaryAsync(outcome => outcome.Id, outcome => outcome.Status, cancellationToken: Cancel);

        Assert.Equal(new() { ["p/good"] = VideoStatus.AlreadyThere, ["p/gone"] = VideoStatus.Gone, ["p/new"] = VideoStatus.Planned }, plan);
        Assert.Empty(world.Asked);
    }

    private static ScriptedReply? BadAnswer(ScriptedRequest request) => Path.GetFileNameWithoutExtension(request.Path) switch
    {
        "gone" => ScriptedReply.Text(404, "gone"),
        "forbidden" => ScriptedReply.Text(403, "no"),
        "busy" => ScriptedReply.Text(503, "later"),
        "page" => ScriptedReply.Text(200, "<html><title>Sorry</title></html>", ("Content-Type", "video/mp4")),
        "still" => ScriptedReply.Text(200, "still life", ("Content-Type", "video/mp4")),
        "noise" => ScriptedReply.Text(200, "0123456789", ("Content-Type", "video/mp4")),
        _ => null,
    };
}
