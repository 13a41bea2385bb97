using CoVR.Cli.Commands.Doctor;
using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Modeling.Checkpoints;
using CoVR.Reproduction.Embedding;
using CoVR.Storage;
using CoVR.TestData;
using CoVR.TestSupport;
using TorchSharp;

namespace CoVR.Cli.Tests.Commands.Doctor;

/// <summary>Each fault of stores, trees and caption files is found.</summary>
[Collection("torch")]
public sealed class DoctorEmbeddingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Store => _folder["embeddings"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(float.NaN, 5, FindingKinds.EmbeddingNotFinite, "number 5 is NaN")]
    [InlineData(float.NegativeInfinity, 0, FindingKinds.EmbeddingNotFinite, "number 0 is infinite")]
    [InlineData(0f, 5, FindingKinds.EmbeddingZero, "vector 1 is all zeros")]
    public async Task ExamineAsync_OfBadNumbers_NamesTheItem(float value, int at, string kind, string reason)
    {
        var (dataset, ids) = await CirrAsync();
        await ReplaceAsync(ids[2], DoctorBench.Unit(1, (at, value)));

        var report = await DoctorBench.ExamineAsync(dataset);

        var finding = Assert.Single(report.Worse());
        Assert.Equal((Severity.Fault, kind, ids[2].Value, Remedy.Embed), (finding.Severity, finding.Kind, finding.Id, finding.Remedy));
        Assert.Contains(reason, finding.Reason, StringComparison.Ordinal);
        Assert.Equal([ids[2].Value], report.Repairs.Ids("cirr", Remedy.Embed));
        Assert.Equal((8, 9), (report.Coverage[0].Coverage.CandidatesPresent, report.Coverage[0].Coverage.Candidates));
    }

    [Fact]
    public async Task ExamineAsync_OfVectorsThatAreNotUnit_Warns()
    {
        var (dataset, ids) = await CirrAsync();
        await ReplaceAsync(ids[0], DoctorBench.Unit(1, (0, 3f)));

        var finding = Assert.Single((await DoctorBench.ExamineAsync(dataset)).Worse());

        Assert.Equal((Severity.Warning, FindingKinds.EmbeddingNotUnit, ids[0].Value), (finding.Severity, finding.Kind, finding.Id));
        Assert.Contains("length 3", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExamineAsync_OfMissingItems_TellsWhyTheyAreMissing()
    {
        var reader = TinyLayouts.Cirr(_folder.FullName).CreateReader();
        var ids = (await reader.ReadAsync(DatasetSplit.Validation, DoctorBench.Cancel)).Candidates;
        await using (IGallery store = new FolderGallery(Store, DoctorBench.Fingerprint))
        {
            foreach (var id in ids.Skip(2))
            {
                await store.WriteAsync(id, DoctorBench.Unit(), DoctorBench.Cancel);
            }

            await store.RecordFailuresAsync([new EmbeddingFailure(ids[0], "the image ends before its last pixel.", MediaFailure.Truncated, DateTimeOffset.UnixEpoch)], DoctorBench.Cancel);
        }

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(reader) { Splits = [DatasetSplit.Validation], Embeddings = [Store] }, DoctorLevel.Quick);

        Assert.Equal([ids[0].Value, ids[1].Value], report.Worse().Select(finding => finding.Id));
        Assert.All(report.Worse(), finding => Assert.Equal(FindingKinds.EmbeddingMissing, finding.Kind));
        Assert.Contains("before its last pixel", report.Worse()[0].Reason, StringComparison.Ordinal);
        Assert.Contains("not been embedded yet", report.Worse()[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExamineAsync_OfAnotherModelsStore_SaysInWhatTheyDiffer()
    {
        var (dataset, ids) = await CirrAsync();

        var report = await DoctorBench.ExamineAsync(dataset with { ExpectedFingerprint = DoctorBench.Fingerprint with { WeightsSha256 = "77aa", Preprocessing = "" } }, DoctorLevel.Quick);

        var foreign = Assert.Single(report.Worse(), finding => finding.Kind == FindingKinds.EmbeddingsForeign);
        Assert.Contains("WeightsSha256: '77aa' against '00ff'", foreign.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("Preprocessing", foreign.Reason, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(Store, "manifest.json"), foreign.File);
        Assert.Equal(ids.Count, report.Repairs.Ids("cirr", Remedy.Embed).Count);
        Assert.Equal(0, report.Coverage[0].Coverage.CandidatesPresent);
    }

    [Fact]
    public async Task ExamineAsync_OfDamagedBytes_FindsEveryDamagedRecordAndOnlyThose()
    {
        var (dataset, ids) = await CirrAsync();
        var path = Path.Combine(Store, "embeddings.bin");
        var bytes = File.ReadAllBytes(path);
        bytes[IndexOf(bytes, ids[1].Value) + ids[1].Value.Length + 3] ^= 1; // a number of one record
        bytes[IndexOf(bytes, ids[4].Value) - 40] ^= 1; // the header of another, 16 bytes that lie 28 before its identity
        File.WriteAllBytes(path, bytes);

        var report = await DoctorBench.ExamineAsync(dataset);

        Assert.Equal(
            [(FindingKinds.EmbeddingDamaged, null), (FindingKinds.EmbeddingDamaged, ids[1].Value), (FindingKinds.EmbeddingMissing, ids[4].Value)],
            report.Worse().Select(finding => (finding.Kind, finding.Id)).Order());
        Assert.All(report.Worse().Where(finding => finding.Kind == FindingKinds.EmbeddingDamaged), finding => Assert.Equal(path, finding.File));
        Assert.Equal(7, report.Coverage[0].Coverage.CandidatesPresent);
    }

    [Theory]
    [InlineData(true, "there is no manifest|has no manifest")]
    [InlineData(false, "there is no such folder")]
    public async Task ExamineAsync_OfAFolderThatIsNoStore_SaysWhatItLacks(bool there, string reason)
    {
        var (dataset, _) = await CirrAsync();
        if (there)
        {
            File.Delete(Path.Combine(Store, "manifest.json"));
        }
        else
        {
            Directory.Delete(Store, recursive: true);
        }

        var report = await DoctorBench.ExamineAsync(dataset, DoctorLevel.Quick);

        Assert.Matches(reason, Assert.Single(report.Worse(), finding => finding.Kind == FindingKinds.EmbeddingsUnusable).Reason);
        Assert.Equal(0, report.Coverage[0].Coverage.CandidatesPresent);
    }

    [Fact]
    public async Task ExamineAsync_OfATreeOfTheReference_FindsWrongShapesAndBrokenFiles()
    {
        var reader = TinyLayouts.Cirr(_folder.FullName).CreateReader();
        var ids = (await reader.ReadAsync(DatasetSplit.Validation, DoctorBench.Cancel)).Candidates;
        foreach (var id in ids)
        {
            WriteTensor(id, DoctorBench.Vectors, DoctorBench.Dimensions);
        }

        WriteTensor(ids[0], DoctorBench.Vectors, DoctorBench.Dimensions + 1);
        File.WriteAllText(TreePath(ids[1]), "<html>");
        File.WriteAllBytes(TreePath(ids[2]), File.ReadAllBytes(TreePath(ids[2]))[..100]);
        File.Delete(TreePath(ids[3]));

        var report = await DoctorBench.ExamineAsync(
            new DoctorDataset(reader) { Splits = [DatasetSplit.Validation], Embeddings = [_folder["tree"]], ExpectedFingerprint = new EmbeddingFingerprint("", "", "", DoctorBench.Vectors, DoctorBench.Dimensions) }, DoctorLevel.Quick);

        Assert.Equal(
            [(ids[0].Value, FindingKinds.EmbeddingShape), (ids[1].Value, FindingKinds.EmbeddingDamaged), (ids[2].Value, FindingKinds.EmbeddingDamaged), (ids[3].Value, FindingKinds.EmbeddingMissing)],
            report.Worse().Select(finding => (finding.Id, finding.Kind)).OrderBy(pair => ids.Index().First(item => item.Item.Value == pair.Id).Index));
        Assert.Contains("[2, 5]", report.Worse().First(finding => finding.Kind == FindingKinds.EmbeddingShape).Reason, StringComparison.Ordinal);
        Assert.Equal(TreePath(ids[1]), report.Worse().First(finding => finding.Id == ids[1].Value).File);
    }

    [Fact]
    public async Task ExamineAsync_OfScoresOfAnotherLength_NamesTheLine()
    {
        var reader = (await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader();
        var dataset = await DoctorBench.EmbedAsync(reader, DatasetSplit.Test, Store, frames: 3);
        await ReplaceAsync(new MediaId("1065/2"), DoctorBench.Unit(frames: 4));

        var finding = Assert.Single((await DoctorBench.ExamineAsync(dataset, DoctorLevel.Quick)).Worse());

        Assert.Equal((FindingKinds.FrameScores, "1065/2", _folder["test.csv"], 3L, "scores"), (finding.Kind, finding.Id, finding.File, finding.Line, finding.Field));
        Assert.Contains("3 scores", finding.Reason, StringComparison.Ordinal);
        Assert.Contains("4 frames", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExamineAsync_OfCaptionEmbeddings_FindsMissingAndBadOnes()
    {
        var reader = (await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader();
        new TextEmbeddings(["a square", "a star"], new float[] { 1, 0, float.NaN, 1 }, 2).Save(_folder["txt2_test.pth"]);
        File.WriteAllText(_folder["txt2_broken.pth"], "no tensor");

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(reader) { CaptionEmbeddings = [_folder["txt2_test.pth"], _folder["txt2_broken.pth"]] }, DoctorLevel.Quick);

        Assert.Equal([FindingKinds.CaptionMissing, FindingKinds.CaptionNotFinite, FindingKinds.CaptionsUnusable], report.Worse().Select(finding => finding.Kind));
        Assert.Equal((_folder["test.csv"], 4L, "txt2"), (report.Worse()[0].File, report.Worse()[0].Line, report.Worse()[0].Field));
        Assert.Contains("'a red circle'", report.Worse()[0].Reason, StringComparison.Ordinal);
        Assert.Equal((_folder["txt2_test.pth"], "a star"), (report.Worse()[1].File, report.Worse()[1].Id));
        Assert.Equal(_folder["txt2_broken.pth"], report.Worse()[2].File);
    }

    private static int IndexOf(byte[] bytes, string text) => bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text));

    private async Task<(DoctorDataset Dataset, IReadOnlyList<MediaId> Ids)> CirrAsync()
    {
        var reader = TinyLayouts.Cirr(_folder.FullName).CreateReader();
        return (await DoctorBench.EmbedAsync(reader, DatasetSplit.Validation, Store), (await reader.ReadAsync(DatasetSplit.Validation, DoctorBench.Cancel)).Candidates);
    }

    private async Task ReplaceAsync(MediaId id, EmbeddingSet item)
    {
        // Galleries refuse bad numbers now; folders of the first version may hold some.
        List<GalleryEntry> entries;
        EmbeddingFingerprint fingerprint;
        await using (var gallery = new FolderGallery(Store, null))
        {
            fingerprint = (await gallery.GetInfoAsync(DoctorBench.Cancel)).Fingerprint;
            var ids = await gallery.ListAsync(null, DoctorBench.Cancel).Select(known => known.Id).ToListAsync(DoctorBench.Cancel);
            entries = [.. await gallery.GetAsync(ids, DoctorBench.Cancel)];
        }

        OldGallery.Write(Store, fingerprint, [.. entries.Select(entry => entry.Id == id ? new GalleryEntry(id, item) : entry)]);
    }

    private string TreePath(MediaId id) => _folder["tree", id.Value + ".pth"];

    private void WriteTensor(MediaId id, params long[] shape)
    {
        Directory.CreateDirectory(_folder["tree"]);
        using var tensor = torch.ones(shape);
        Checkpoint.WritePth(TreePath(id), tensor);
    }
}
