using CoVR.Cli.Commands.Doctor;
using CoVR.Cli.Commands.Doctor.Checks;
using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Media;
using CoVR.Reproduction.Embedding;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Commands.Doctor;

/// <summary>Each way in which a picture or video can be broken is found, with its file and reason.</summary>
[Collection("torch")]
public sealed class DoctorMediaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ExamineAsync_OfALinkThatLeadsNowhere_CallsTheFileMissing()
    {
        var reader = (await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader();
        File.Delete(_folder["videos", "1065", "2.mp4"]);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        File.CreateSymbolicLink(_folder["videos", "1065", "2.mp4"], _folder["nowhere.mp4"]);

        var finding = Assert.Single((await DoctorBench.ExamineAsync(new DoctorDataset(reader), DoctorLevel.Quick)).Worse());

        Assert.Equal((FindingKinds.MediaMissing, "1065/2"), (finding.Kind, finding.Id));
    }

    /// <summary>HEIC and AVIF start like a video, and have no table of frames.</summary>
    [Theory]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic\0\0\0\u0008meta", null, false)]
    [InlineData("\0\0\0\u0018ftypavif\0\0\0\0mif1avif\0\0\0\u0008meta", null, false)]
    [InlineData("\0\0\0\u0018ftypisom\0\0\0\0isommp42\0\0\0\u0008free", FindingKinds.MediaTruncated, true)]
    [InlineData("II*\0\u0008\0\0\0", null, false)]
    public void Look_OfAFile_TellsPicturesFromVideos(string start, string? kind, bool isVideo)
    {
        File.WriteAllBytes(_folder["file"], System.Text.Encoding.Latin1.GetBytes(start));

        var verdict = MediaSignature.Look(_folder["file"]);

        Assert.Equal((kind, isVideo), (verdict.Kind, verdict.IsVideo));
    }

    [Fact]
    public async Task ExamineAsync_OfFilesThatMayNotBeRead_DoesNotAskToRemoveThem()
    {
        var reader = (await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader();
        var (video, embedding) = (_folder["videos", "1065", "2.mp4"], _folder["embs", "1065", "3.pth"]);
        var store = new PthTreeGallery(_folder["embs"], DoctorBench.Fingerprint);
        await store.WriteAsync(new MediaId("1065/3"), DoctorBench.Unit(3), DoctorBench.Cancel);
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "There are no such rights, or the administrator may read everything.");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(video, UnixFileMode.None);
            File.SetUnixFileMode(embedding, UnixFileMode.None);
        }

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(reader) { Embeddings = [_folder["embs"]] }, DoctorLevel.Quick);

        Assert.Equal([FindingKinds.EmbeddingUnreadable], report.Findings.Where(finding => finding.File == embedding).Select(finding => finding.Kind));
        Assert.Equal([FindingKinds.MediaUnreadable], report.Findings.Where(finding => finding.File == video).Select(finding => finding.Kind));
        Assert.All(report.Findings.Where(finding => finding.File == embedding || finding.File == video), finding => Assert.StartsWith("Allow", finding.Fix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("missing", FindingKinds.MediaMissing, nameof(DoctorLevel.Quick))]
    [InlineData("empty", FindingKinds.MediaEmpty, nameof(DoctorLevel.Quick))]
    [InlineData("page", FindingKinds.MediaWebPage, nameof(DoctorLevel.Quick))]
    [InlineData("text", FindingKinds.MediaUnknownFormat, nameof(DoctorLevel.Quick))]
    [InlineData("half", FindingKinds.MediaTruncated, nameof(DoctorLevel.Quick))]
    [InlineData("noise", FindingKinds.MediaCorrupt, nameof(DoctorLevel.Full))]
    public async Task ExamineAsync_OfABrokenPicture_NamesItAndSaysWhy(string how, string kind, string level)
    {
        var reader = TinyLayouts.Cirr(_folder.FullName).CreateReader();
        var reference = (await reader.ReadAsync(DatasetSplit.Validation, DoctorBench.Cancel)).Triplets[1].Reference;
        var path = reader.Locate(reference).Path!;
        Break(path, how);

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(reader) { Splits = [DatasetSplit.Validation] }, Enum.Parse<DoctorLevel>(level));

        var finding = Assert.Single(report.Worse());
        Assert.Equal((Severity.Fault, kind, reference.Value, Remedy.Download), (finding.Severity, finding.Kind, finding.Id, finding.Remedy));
        Assert.Contains(reference.Value, finding.File, StringComparison.Ordinal);
        Assert.Contains("cap.rc2.val.json", finding.Reason, StringComparison.Ordinal);
        Assert.NotNull(finding.Fix);
        Assert.Equal([reference.Value], report.Repairs.Ids("cirr", Remedy.Download));
    }

    [Theory]
    [InlineData("missing", FindingKinds.MediaMissing, nameof(DoctorLevel.Quick))]
    [InlineData("empty", FindingKinds.MediaEmpty, nameof(DoctorLevel.Quick))]
    [InlineData("page", FindingKinds.MediaWebPage, nameof(DoctorLevel.Quick))]
    [InlineData("half", FindingKinds.MediaTruncated, nameof(DoctorLevel.Quick))]
    [InlineData("noise", FindingKinds.MediaCorrupt, nameof(DoctorLevel.Full))]
    public async Task ExamineAsync_OfABrokenVideo_NamesItAndSaysWhy(string how, string kind, string level)
    {
        var reader = (await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader();
        Break(_folder["videos", "1065", "2.mp4"], how);

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(reader), Enum.Parse<DoctorLevel>(level));

        var finding = Assert.Single(report.Worse());
        Assert.Equal((kind, "1065/2"), (finding.Kind, finding.Id));
        Assert.Equal(_folder["videos", "1065", "2.mp4"], finding.File);
        Assert.Contains("test.csv, line 3 as target", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExamineAsync_OfAPictureCalledVideo_Warns()
    {
        var reader = (await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader();
        MediaWriter.WritePng(_folder["picture.png"], TinyPictures.Paint(1));
        File.Move(_folder["picture.png"], _folder["videos", "1065", "3.mp4"], overwrite: true);

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(reader));

        var finding = Assert.Single(report.Worse());
        Assert.Equal((Severity.Warning, FindingKinds.MediaMisnamed, "1065/3"), (finding.Severity, finding.Kind, finding.Id));
        Assert.True(report.IsHealthy);
    }

    [Fact]
    public async Task ExamineAsync_OfAnEmbeddedTargetWithoutVideo_IsNoFault()
    {
        var reader = (await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader();
        var dataset = await DoctorBench.EmbedAsync(reader, DatasetSplit.Test, _folder["embeddings"], frames: 3);
        File.Delete(_folder["videos", "1065", "3.mp4"]); // only a target
        File.Delete(_folder["videos", "1065", "0.mp4"]); // only a reference

        var report = await DoctorBench.ExamineAsync(dataset);

        Assert.Equal([("1065/0", Severity.Fault), ("1065/3", Severity.Warning)], report.Worse().Select(finding => (finding.Id, finding.Severity)));
        var coverage = Assert.Single(report.Coverage);
        Assert.Equal((1, 3, 3), (coverage.Coverage.QueriesScored, coverage.Coverage.CandidatesPresent, coverage.Coverage.Candidates));
    }

    [Fact]
    public async Task ExamineAsync_WithoutFfmpeg_LeavesVideosUndecidedAndSaysSoOnce()
    {
        var reader = (await DoctorBench.WebVidAsync(_folder.FullName)).CreateReader();
        var media = new MediaOptions { FfmpegPath = _folder["no-ffmpeg"], FfprobePath = _folder["no-ffprobe"] };

        var report = await new DatasetDoctor(DatasetDoctor.Checks(media: media)).ExamineAsync(new DoctorRequest { Datasets = [new DoctorDataset(reader)], Level = DoctorLevel.Full }, null, DoctorBench.Cancel);

        var finding = Assert.Single(report.Findings, finding => finding.Severity == Severity.Fault);
        Assert.Equal((FindingKinds.Program, _folder["no-ffmpeg"]), (finding.Kind, finding.File));
        Assert.Contains("Install ffmpeg", finding.Fix, StringComparison.Ordinal);
    }

    private static void Break(string path, string how)
    {
        var bytes = File.ReadAllBytes(path);
        switch (how)
        {
            case "missing":
                File.Delete(path);
                return;
            case "empty":
                bytes = [];
                break;
            case "page":
                bytes = "\n<!DOCTYPE html><html><title>404 Not Found</title></html>"u8.ToArray();
                break;
            case "text":
                bytes = "{\"error\": \"quota\"}"u8.ToArray();
                break;
            case "half":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            default:
                // Headers and ends stay, so that only decoding tells.
                var (start, end) = Content(bytes);
                new Random(1).NextBytes(bytes.AsSpan(start..end));
                break;
        }

        File.WriteAllBytes(path, bytes);
    }

    private static (int Start, int End) Content(byte[] bytes)
    {
        var name = bytes.AsSpan(0, 4).SequenceEqual((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) ? "IDAT"u8 : "mdat"u8;
        var at = bytes.AsSpan().IndexOf(name);
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at - 4));
        return (at + 4, Math.Min(bytes.Length, name.SequenceEqual("IDAT"u8) ? at + 4 + length : at - 4 + length));
    }
}
