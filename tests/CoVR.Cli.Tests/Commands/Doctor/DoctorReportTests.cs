using System.Text.Json.Nodes;
using CoVR.Cli.Commands.Doctor;
using CoVR.Cli.Commands.Doctor.Checks;
using CoVR.Cli.Reporting;
using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Storage;
using CoVR.TestData;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Tests.Commands.Doctor;

/// <summary>Coverage, repair lists, files, progress, and checks of a host.</summary>
[Collection("torch")]
public sealed class DoctorReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Coverage_WithReferencesAndTargetsMissing_IsCountedFromTheFiles()
    {
        var reader = TinyLayouts.Cirr(_folder.FullName).CreateReader();
        var whole = await reader.ReadAsync(DatasetSplit.Validation, DoctorBench.Cancel);
        var dataset = await DoctorBench.EmbedAsync(reader, DatasetSplit.Validation, _folder["all"]);
        MediaId[] unread = [whole.Triplets[0].Reference], lost = [whole.Triplets[3].Target!.Value, whole.Triplets[4].Target!.Value];
        await KeepAsync(whole.Candidates.Except(lost), _folder["some"]);
        File.Delete(reader.Locate(unread[0]).Path!);

        var coverage = Assert.Single((await DoctorBench.ExamineAsync(dataset with { Reader = TinyOptions().CreateReader(), Embeddings = [_folder["some"]] })).Coverage);

        var asked = whole.Triplets.Where(triplet => !unread.Contains(triplet.Reference)).ToList();
        Assert.Equal((asked.Count, whole.Triplets.Count), (coverage.Coverage.QueriesScored, coverage.Coverage.Queries));
        Assert.Equal((whole.Candidates.Count - 2, whole.Candidates.Count), (coverage.Coverage.CandidatesPresent, coverage.Coverage.Candidates));
        Assert.Equal(asked.Count(triplet => lost.Contains(triplet.Target!.Value)), coverage.Unanswerable);
        Assert.Equal(asked.Count(triplet => triplet.Subset!.Any(lost.Contains)), coverage.IncompleteSubsets);
        Assert.Equal(asked.Select(triplet => triplet.Target!.Value).Except(lost).Distinct().Count(), coverage.Coverage.TargetsPresent);
        Assert.Equal(50, coverage.HighestRecall);
        Assert.Equal(4, coverage.Misses.Count);
    }

    [Fact]
    public async Task Coverage_OfABrokenSet_IsThatOfAnEvaluation()
    {
        var reader = TinyLayouts.Cirr(_folder.FullName).CreateReader();
        var whole = await reader.ReadAsync(DatasetSplit.Validation, DoctorBench.Cancel);
        var (broken, lost) = (whole.Triplets[1].Reference, whole.Triplets[2].Target!.Value);
        var collection = new ServiceCollection();
        collection.AddCoVR().UseTiny("blip").UseFolderGallery(_folder["store"]);
        await using var services = collection.BuildServiceProvider();
        MediaItem[] gallery = [.. whole.Candidates.Where(id => id != lost).Select(id => new MediaItem(id, reader.Locate(id)))];
        await foreach (var outcome in services.GetRequiredService<IEmbeddingJob>().EmbedAsync(gallery, null, DoctorBench.Cancel))
        {
            Assert.Equal(EmbedStatus.Embedded, outcome.Status);
        }

        File.WriteAllText(reader.Locate(broken).Path!, "<html>");
        var options = new EvaluationOptions { AllowMissingCandidates = true, AllowUnreadableReferences = true };

        var result = Assert.Single(await services.GetRequiredService<Evaluator>().EvaluateAsync(whole, reader, new CirrOptions().CreateProtocol(), options, null, DoctorBench.Cancel));
        var report = await new DatasetDoctor(DatasetDoctor.Checks()).ExamineAsync(
            new DoctorRequest
            {
                Datasets = [new DoctorDataset(reader) { Splits = [DatasetSplit.Validation], Embeddings = [_folder["store"]], ExpectedFingerprint = (await services.GetRequiredService<IGallery>().GetInfoAsync(DoctorBench.Cancel)).Fingerprint }],
                Machine = false,
            },
            null,
            DoctorBench.Cancel);

        var coverage = Assert.Single(report.Coverage).Coverage;
        Assert.Equal(result.Coverage.Describe(), coverage.Describe());
        Assert.Equal(result.Coverage.Missing, coverage.Missing);
        Assert.Equal([FindingKinds.EmbeddingMissing, FindingKinds.MediaWebPage], report.Worse().Select(finding => finding.Kind));
    }

    [Fact]
    public async Task SaveAsync_WritesListsThatOtherCommandsTake_AndRemovesThemWhenDone()
    {
        var options = await DoctorBench.WebVidAsync(_folder.FullName);
        var dataset = await DoctorBench.EmbedAsync(options.CreateReader(), DatasetSplit.Test, _folder["all"], frames: 3);
        await KeepAsync([new MediaId("1065/1")], _folder["some"]);
        var video = File.ReadAllBytes(_folder["videos", "1065", "0.mp4"]);
        File.Delete(_folder["videos", "1065", "0.mp4"]);

        var paths = (await DoctorBench.ExamineAsync(dataset with { Reader = options.CreateReader(), Embeddings = [_folder["some"]] })).Save(_folder["report"]);

        Assert.Equal(["doctor.html", "doctor.json", "repair.json", "webvid-covr_download_ids.txt", "webvid-covr_embed_ids.txt"], paths.Select(Path.GetFileName));
        Assert.Equal("1065/0\n", File.ReadAllText(_folder["report", "webvid-covr_download_ids.txt"]));
        Assert.Equal("1065/2\n1065/3\n", File.ReadAllText(_folder["report", "webvid-covr_embed_ids.txt"]));
        var repairs = JsonNode.Parse(File.ReadAllText(_folder["report", "repair.json"]))!.AsArray();
        Assert.Equal(["1065/2 embed", "1065/3 embed", "1065/0 download"], repairs.Select(item => $"{item!["id"]} {item["remedy"]}"));

        File.WriteAllBytes(_folder["videos", "1065", "0.mp4"], video);
        (await DoctorBench.ExamineAsync(dataset with { Reader = options.CreateReader() })).Save(_folder["report"]);
        Assert.Equal(["doctor.html", "doctor.json", "repair.json"], Directory.GetFiles(_folder["report"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ToJson_HoldsFindingsAndCoverage()
    {
        var options = await DoctorBench.WebVidAsync(_folder.FullName);
        File.Delete(_folder["videos", "1065", "2.mp4"]);

        var json = JsonNode.Parse((await DoctorBench.ExamineAsync(new DoctorDataset(options.CreateReader()))).ToJson())!;

        Assert.Equal("full", (string?)json["level"]);
        Assert.False((bool)json["isHealthy"]!);
        var finding = json["findings"]![0]!;
        Assert.Equal(("fault", FindingKinds.MediaMissing, "1065/2", "download"), ((string?)finding["severity"], (string?)finding["kind"], (string?)finding["id"], (string?)finding["remedy"]));
        Assert.Equal(2, (int)json["coverage"]![0]!["coverage"]!["candidatesPresent"]!);
        Assert.Equal(1, (int)json["groups"]![0]!["count"]!);
    }

    [Fact]
    public async Task ExamineAsync_OfACheckThatThrows_ReportsItAndRunsTheOthers()
    {
        var report = await new DatasetDoctor([new ThrowingCheck(), new ShopCheck()]).ExamineAsync(null, null, DoctorBench.Cancel);

        Assert.Equal([FindingKinds.CheckFailed, "shop.no-price"], report.Worse().Select(finding => finding.Kind).Order(StringComparer.Ordinal));
        Assert.Contains("the roof is on fire", report.Worse()[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExamineAsync_Cancelled_ReturnsWhatWasFoundSoFar()
    {
        using var stop = new CancellationTokenSource();
        var doctor = new DatasetDoctor([new ShopCheck(), new CancellingCheck(stop), new ThrowingCheck()]);

        var report = await doctor.ExamineAsync(null, null, stop.Token);

        Assert.False(report.IsComplete);
        Assert.False(report.IsHealthy);
        Assert.Equal(["shop"], report.Checks.Select(check => check.Name));
        Assert.Equal("shop.no-price", Assert.Single(report.Findings).Kind);
    }

    [Fact]
    public async Task ExamineAsync_StoppedWhileItDecodes_GoesOnBehindWhatItDecoded()
    {
        var dataset = new DoctorDataset((await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader());
        File.WriteAllBytes(_folder["videos", "1065", "3.mp4"], []);
        using var stop = new CancellationTokenSource();
        var first = new CountingReader(reads => { if (reads == 3) { stop.Cancel(); } });
        var stopped = await Examine(first, stop.Token);
        await File.AppendAllTextAsync(_folder["out", "doctor-media.partial"], "torn", DoctorBench.Cancel);
        File.SetLastWriteTimeUtc(_folder["videos", "1065", "0.mp4"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc)); // another file now

        var second = new CountingReader(_ => { });
        var report = await Examine(second, DoctorBench.Cancel);

        Assert.False(stopped.IsComplete);
        Assert.Equal(2, second.Reads); // the changed one, and the one at which the first run was stopped
        Assert.Equal("1 pictures and videos had been decoded by an earlier, interrupted run", report.Findings.Single(finding => finding.Kind == FindingKinds.MediaResumed).Reason);
        Assert.Equal([FindingKinds.MediaEmpty], report.Worse().Select(finding => finding.Kind));
        Assert.False(File.Exists(_folder["out", "doctor-media.partial"]));
        await Examine(first = new CountingReader(_ => { }), DoctorBench.Cancel);
        Assert.Equal(3, first.Reads); // a run that came to its end leaves nothing to go on with

        Task<DoctorReport> Examine(CountingReader frames, CancellationToken cancellation) => new DatasetDoctor([new MediaCheck(frames)]).ExamineAsync(
            new DoctorRequest { Datasets = [dataset], Level = DoctorLevel.Full, Machine = false, Workers = 1, RecordFolder = _folder["out"] }, null, cancellation);
    }

    [Fact]
    public async Task SaveAsync_WritesAPageWithCountsAndWhatCanBeScored()
    {
        var dataset = new DoctorDataset((await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader()) { Name = "videos <b>" };
        File.WriteAllBytes(_folder["videos", "1065", "3.mp4"], []);

        (await DoctorBench.ExamineAsync(dataset, DoctorLevel.Quick)).Save(_folder["report"]);

        var page = await File.ReadAllTextAsync(_folder["report", "doctor.html"], DoctorBench.Cancel);
        Assert.Contains("videos &lt;b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("videos <b>", page, StringComparison.Ordinal);
        Assert.Contains("media.empty", page, StringComparison.Ordinal);
        Assert.Contains("<td>1065/3</td>", page, StringComparison.Ordinal);
        Assert.Contains("3 of 3</td>", page, StringComparison.Ordinal); // queries
        Assert.Contains("2 of 3</td>", page, StringComparison.Ordinal); // candidates
        Assert.Contains("66.7 %", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExamineAsync_TellsItsProgress()
    {
        var options = await DoctorBench.WebVidAsync(_folder.FullName);
        var told = new List<WorkProgress>();

        await new DatasetDoctor(DatasetDoctor.Checks()).ExamineAsync(
            new DoctorRequest { Datasets = [new DoctorDataset(options.CreateReader())], Machine = false }, new Listener(told), DoctorBench.Cancel);

        Assert.Contains(new WorkProgress(3, 3, "items", "annotations"), told);
        Assert.Contains(new WorkProgress(4, 4, "items", "media"), told);
    }

    private CirrOptions TinyOptions() => new CirrOptions().AddSplit(DatasetSplit.Validation, _folder["cap.rc2.val.json"], _folder["images", "dev"]);

    private static async Task KeepAsync(IEnumerable<MediaId> ids, string folder)
    {
        await using IGallery store = new FolderGallery(folder, DoctorBench.Fingerprint);
        foreach (var id in ids)
        {
            await store.WriteAsync(id, DoctorBench.Unit(frames: 3), DoctorBench.Cancel);
        }
    }

    private sealed class ShopCheck : IDoctorCheck
    {
        public string Name => "shop";

        public ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
        {
            context.Report(new Finding(Severity.Fault, "shop.no-price", "a dress has no price.") { Id = "dress" });
            return ValueTask.CompletedTask;
        }
    }

    private sealed class ThrowingCheck : IDoctorCheck
    {
        public string Name => "throwing";

        public ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default) => throw new InvalidOperationException("the roof is on fire");
    }

    private sealed class CancellingCheck(CancellationTokenSource stop) : IDoctorCheck
    {
        public string Name => "cancelling";

        public ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
        {
            stop.Cancel();
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class CountingReader(Action<int> onRead) : IFrameReader
    {
        public int Reads { get; private set; }

        public ValueTask<IReadOnlyList<RgbFrame>> ReadAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken = default)
        {
            onRead(++Reads);
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.FromResult<IReadOnlyList<RgbFrame>>([]);
        }
    }

    private sealed class Listener(List<WorkProgress> told) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            lock (told)
            {
                told.Add(value);
            }
        }
    }
}
