using CoVR.Conformance;
using CoVR.Embedding;
using CoVR.Retrieval;
using CoVR.Storage;
using CoVR.Tests.Fakes;
using CoVR.TestSupport.Downloads;
using TorchSharp;

namespace CoVR.Tests.Embedding;

[Collection("torch")]
public sealed class EmbeddingJobTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmbedAsync_OfPictures_StoresEachUnderItsIdentity()
    {
        var pipeline = FakePipeline.Create();
        var outcomes = await RunAsync(pipeline, FakePipeline.Corners);
        Assert.All(outcomes, outcome => Assert.Equal(EmbedStatus.Embedded, outcome.Status));
        for (var corner = 0; corner < 8; corner++)
        {
            var stored = await pipeline.Gallery.ReadAsync(ColourEncoder.IdOf(corner), Cancel);
            Assert.Equal(OneHot(corner), stored!.Values.ToArray());
        }
    }

    [Fact]
    public async Task EmbedAsync_OfManyPictures_BeginsWithASmallBatch()
    {
        var encoder = new ColourEncoder();
        var pipeline = FakePipeline.Create(encoder);
        MediaItem[] items = [.. Enumerable.Range(0, 15).Select(n => new MediaItem(new MediaId($"{n}"), MediaSource.FromFrames([ColourEncoder.Picture(n % 8)])))];

        await RunAsync(pipeline, items, new EmbeddingOptions { BatchSize = 8, QueueLength = 32 });

        // 1, 2, 4 and 8 pictures.
        Assert.Equal(4, encoder.VisualCalls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(100)]
    public async Task EmbedAsync_OfVideos_KeepsTheFramesOfEachTogether(int batchSize)
    {
        MediaItem[] videos = [.. Enumerable.Range(0, 6).Select(n => new MediaItem(new MediaId($"{n}"), MediaSource.FromFrames([.. Enumerable.Range(0, n + 1).Select(f => ColourEncoder.Picture((n + f) % 8))])))];
        var pipeline = FakePipeline.Create(new ColourEncoder(vectors: 2));
        await RunAsync(pipeline, videos, new EmbeddingOptions { BatchSize = batchSize });
        for (var n = 0; n < videos.Length; n++)
        {
            var stored = (await pipeline.Gallery.ReadAsync(new MediaId($"{n}"), Cancel))!;
            Assert.Equal((n + 1, 2, 8), (stored.Frames, stored.Vectors, stored.Dimensions));
            Assert.Equal(Enumerable.Range(0, n + 1).SelectMany(f => OneHot((n + f) % 8).Concat(OneHot((n + f) % 8))), stored.Values.ToArray());
        }
    }

    [Fact]
    public async Task EmbedAsync_WithBadItems_ReportsThemAndEmbedsTheRest()
    {
        var pipeline = FakePipeline.Create();
        MediaItem[] items =
        [
            .. FakePipeline.Corners,
            new(new MediaId("missing"), "missing.mp4"),
            new(new MediaId("poison"), MediaSource.FromFrames([ColourEncoder.Solid(ColourEncoder.Poison, 0, 0)])),
            new(new MediaId("nan"), MediaSource.FromFrames([ColourEncoder.Solid(ColourEncoder.NotANumber, 0, 0)])),
        ];
        var outcomes = (await RunAsync(pipeline, items)).ToDictionary(outcome => outcome.Id.Value);
        Assert.Equal(11, outcomes.Count);
        Assert.IsType<MediaReadException>(outcomes["missing"].Failure);
        Assert.Equal("poisoned", outcomes["poison"].Failure?.Message);
        Assert.IsType<ArithmeticException>(outcomes["nan"].Failure);
        Assert.Equal(8, await pipeline.Gallery.CountAsync(null, Cancel));
        Assert.All(FakePipeline.Corners, item => Assert.Equal(EmbedStatus.Embedded, outcomes[item.Id.Value].Status));
    }

    [Fact]
    public async Task EmbedAsync_ASecondTime_EmbedsOnlyWhatIsMissing()
    {
        var reader = new FakeFrameReader();
        var pipeline = FakePipeline.Create(reader: reader);
        await RunAsync(pipeline, FakePipeline.Corners[..5]);
        var outcomes = await RunAsync(pipeline, FakePipeline.Corners);
        Assert.Equal(5, outcomes.Count(outcome => outcome.Status == EmbedStatus.AlreadyThere));
        Assert.Equal(3, outcomes.Count(outcome => outcome.Status == EmbedStatus.Embedded));
        Assert.Equal(8, reader.Reads);
    }

    [Fact]
    public async Task EmbedAsync_Progress_EndsWithEverything()
    {
        var reports = new List<JobProgress>();
        var pipeline = FakePipeline.Create();
        MediaItem[] items = [.. FakePipeline.Corners, new(new MediaId("missing"), "missing.mp4")];
        await new EmbeddingJob(pipeline, new EmbeddingOptions { BatchSize = 2 }).EmbedAsync(items, new ListProgress(reports), Cancel).CountAsync(Cancel);
        Assert.Equal((9, 9, 1), (reports[^1].Done, reports[^1].Total, reports[^1].Failed));
        Assert.Equal(reports.Select(report => report.Done).Order(), reports.Select(report => report.Done));
        Assert.True(reports.Count >= 4);
    }

    [Fact]
    public async Task EmbedAsync_SlowItem_IsReportedWhileItIsRead()
    {
        var (reports, reported) = (new List<JobProgress>(), new TaskCompletionSource());
        var progress = new ListProgress(reports)
        {
            OnReport = () =>
            {
                if (reports[^1].Activity is not null)
                {
                    reported.TrySetResult();
                }
            },
        };
        var pipeline = FakePipeline.Create(reader: new FakeFrameReader { OnRead = reported.Task.WaitAsync });

        await new EmbeddingJob(pipeline, time: new HurriedTime()).EmbedAsync(FakePipeline.Corners, progress, Cancel).CountAsync(Cancel);

        Assert.StartsWith("reading ", reports.First(report => report.Activity is not null).Activity, StringComparison.Ordinal);
    }

    [Fact]
    public void EmbedAsync_WithAnIdentityTwice_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new EmbeddingJob(FakePipeline.Create()).EmbedAsync([FakePipeline.Corners[0], FakePipeline.Corners[0]], null, Cancel));

    [Fact]
    public async Task EmbedAsync_DecodesWithTheGivenWorkersAndNoMore()
    {
        var allRead = new TaskCompletionSource();
        var reader = new FakeFrameReader();
        reader.OnRead = token =>
        {
            if (reader.Running >= 3)
            {
                allRead.TrySetResult();
            }

            return allRead.Task.WaitAsync(TimeSpan.FromSeconds(30), token);
        };
        await RunAsync(FakePipeline.Create(reader: reader), Many(40), new EmbeddingOptions { Workers = 3, QueueLength = 2, BatchSize = 4 });
        Assert.Equal(3, reader.MostAtOnce);
    }

    [Fact]
    public async Task EmbedAsync_WithASlowModel_ReadsAheadNoFurtherThanItsQueue()
    {
        var reader = new FakeFrameReader();
        var options = new EmbeddingOptions { Workers = 2, QueueLength = 3, BatchSize = 1 };
        var pipeline = FakePipeline.Create(new ColourEncoder { Delay = TimeSpan.FromMilliseconds(5) }, reader);
        var done = 0;
        await foreach (var outcome in new EmbeddingJob(pipeline, options).EmbedAsync(Many(40), null, Cancel))
        {
            done++;
            Assert.True(reader.Reads <= done + options.Workers + options.QueueLength + options.BatchSize, $"{reader.Reads} were read when {done} were done.");
        }
    }

    [Fact]
    public async Task EmbedAsync_Cancelled_KeepsWhatIsStoredAndLeavesNoWorker()
    {
        using var cancel = new CancellationTokenSource();
        var reader = new FakeFrameReader { OnRead = token => Task.Delay(2, token) };
        var pipeline = FakePipeline.Create(reader: reader);
        var outcomes = new List<EmbedOutcome>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var outcome in new EmbeddingJob(pipeline, new EmbeddingOptions { BatchSize = 4 }).EmbedAsync(Many(1000), null, cancel.Token))
            {
                outcomes.Add(outcome);
                if (outcomes.Count == 20)
                {
                    await cancel.CancelAsync();
                }
            }
        });
        Assert.Equal(0, reader.Running);
        Assert.InRange(await pipeline.Gallery.CountAsync(null, Cancel), outcomes.Count, outcomes.Count + 4);
        Assert.Equal(1000, (await RunAsync(pipeline, Many(1000))).Count);
        Assert.Equal(1000, await pipeline.Gallery.CountAsync(null, Cancel));
    }

    [Fact]
    public async Task EmbedAsync_LeftEarly_StopsItsWorkers()
    {
        var reader = new FakeFrameReader { OnRead = token => Task.Delay(2, token) };
        var pipeline = FakePipeline.Create(reader: reader);
        await foreach (var _ in new EmbeddingJob(pipeline).EmbedAsync(Many(500), null, Cancel))
        {
            break;
        }

        Assert.Equal(0, reader.Running);
        Assert.True(reader.LatestToken.IsCancellationRequested);
    }

    [Fact]
    public async Task EmbedAsync_OfAFailingStore_EndsTheJob()
    {
        var pipeline = FakePipeline.Create(gallery: new MemoryGallery(new EmbeddingFingerprint("x", "y", "z", 3, 3)));
        await Assert.ThrowsAsync<GalleryException>(async () => await RunAsync(pipeline, FakePipeline.Corners));
    }

    [Fact]
    public async Task EmbedAsync_OfManyBatches_LeavesNoTensors()
    {
        var pipeline = FakePipeline.Create();
        var options = new EmbeddingOptions { BatchSize = 4 };
        await RunAsync(pipeline, Many(40), options);
        var before = LiveTensors.Settled();
        await RunAsync(pipeline, [.. Many(440)[40..]], options);
        LiveTensors.AssertNoMoreThan(before);
    }

    [Fact]
    public async Task EmbedAsync_OfShards_EmbedsEachItemInExactlyOne()
    {
        var pipelines = Enumerable.Range(0, 3).Select(_ => FakePipeline.Create()).ToArray();
        for (var i = 0; i < 3; i++)
        {
            var outcomes = await RunAsync(pipelines[i], Many(60), new EmbeddingOptions { Shard = new Shard(i, 3) });
            Assert.Equal(await pipelines[i].Gallery.CountAsync(null, Cancel), outcomes.Count);
            Assert.InRange(outcomes.Count, 1, 59);
        }

        var counts = await Task.WhenAll(pipelines.Select(async pipeline => await pipeline.Gallery.CountAsync(null, Cancel)));
        Assert.Equal(60, counts.Sum());
    }

    [Fact]
    public async Task EmbedAsync_OfAllTokens_StoresTheVisualEncodersTokens()
    {
        var options = new EmbeddingOptions { StoresVisualTokens = true };
        var fingerprint = FakePipeline.Fingerprint with { Vectors = 1, Dimensions = 3 };
        var pipeline = FakePipeline.Create(gallery: new MemoryGallery(fingerprint));
        await RunAsync(pipeline, FakePipeline.Corners, options);
        var stored = await pipeline.Gallery.ReadAsync(ColourEncoder.IdOf(5), Cancel);
        Assert.Equal(new float[] { 1, 0, 1 }, stored!.Values.ToArray());
    }

    [Fact]
    public async Task EmbedAsync_Progress_SaysHowBusyTheModelWas()
    {
        var reports = new List<JobProgress>();
        var clock = new SteppedClock();
        var calls = 0;
        var pipeline = FakePipeline.Create(new ColourEncoder { OnEncode = () => clock.Advance(3 * Math.Sign(++calls)) });
        var progress = new ListProgress(reports) { OnReport = () => clock.Advance(1) };
        await new EmbeddingJob(pipeline, new EmbeddingOptions { BatchSize = 2 }, clock).EmbedAsync(Many(20), progress, Cancel).CountAsync(Cancel);
        Assert.Null(reports[0].ModelBusy);
        Assert.Equal(1, reports[1].ModelBusy!.Value);
        Assert.Equal(calls * 3.0 / ((calls * 3) + (reports.Count - 2)), reports[^1].ModelBusy!.Value, 1e-9);
    }

    [Fact]
    public async Task EmbedAsync_WithAStoreThatRemembers_TriesFilesOfTheFaultAgainOnDemandOnly()
    {
        using var folder = new TestSupport.TemporaryFolder();
        var reader = new FakeFrameReader();
        MediaItem[] items =
        [
            .. FakePipeline.Corners,
            new(new MediaId("broken"), "broken.mp4"),
            new(new MediaId("missing"), "missing.mp4"),
            new(new MediaId("poison"), MediaSource.FromFrames([ColourEncoder.Solid(ColourEncoder.Poison, 0, 0)])),
        ];
        Assert.Equal(["broken Failed", "missing Failed", "poison Failed"], await FailuresAsync(new EmbeddingOptions()));
        Assert.Equal(["broken FailedBefore", "missing Failed", "poison Failed"], await FailuresAsync(new EmbeddingOptions()));
        Assert.Equal(["broken Failed", "missing Failed", "poison Failed"], await FailuresAsync(new EmbeddingOptions { RetryFailed = true }));
        await using IGallery store = new FolderGallery(folder["store"], null);
        var coverage = await EmbeddingCoverage.CheckAsync(store, items.Select(item => item.Id), cancellationToken: Cancel);
        Assert.Equal((11, 8, 0, false), (coverage.Wanted, coverage.Present, coverage.Surplus, coverage.IsComplete));
        Assert.Equal(["broken: the moov atom is missing.", "missing: there is no such file.", "poison: InvalidOperationException: poisoned"], coverage.Missing.Select(missing => $"{missing.Key}: {missing.Value}"));

        async Task<List<string>> FailuresAsync(EmbeddingOptions options)
        {
            await using IGallery store = new FolderGallery(folder["store"], FakePipeline.Fingerprint);
            var outcomes = await RunAsync(FakePipeline.Create(reader: reader, gallery: store), items, options);
            Assert.Equal(items.Length, outcomes.Count);
            Assert.All(outcomes.Where(outcome => outcome.Status is EmbedStatus.Failed or EmbedStatus.FailedBefore), outcome => Assert.NotNull(outcome.Failure));
            return [.. outcomes.Where(outcome => outcome.Failure is not null).Select(outcome => $"{outcome.Id} {outcome.Status}").Order(StringComparer.Ordinal)];
        }
    }

    private static MediaItem[] Many(int count) =>
        [.. Enumerable.Range(0, count).Select(n => new MediaItem(new MediaId($"{n:D4}"), MediaSource.FromFrames([ColourEncoder.Picture(n % 8)])))];

    private static float[] OneHot(int corner) => [.. Enumerable.Range(0, 8).Select(i => i == corner ? 1f : 0f)];

    private static async Task<List<EmbedOutcome>> RunAsync(RetrievalPipeline pipeline, MediaItem[] items, EmbeddingOptions? options = null) =>
        await new EmbeddingJob(pipeline, options).EmbedAsync(items, null, Cancel).ToListAsync(Cancel);

    private sealed class ListProgress(List<JobProgress> reports) : IProgress<JobProgress>
    {
        public Action? OnReport { get; init; }

        public void Report(JobProgress value)
        {
            reports.Add(value);
            OnReport?.Invoke();
        }
    }

    private sealed class SteppedClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Read(ref _seconds);

        public void Advance(long seconds) => Interlocked.Add(ref _seconds, seconds);
    }
}
