using CoVR.Checkpoints;
using CoVR.Cli.Commands.Doctor;
using CoVR.Cli.Commands.Doctor.Checks;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Tests.Commands.Doctor;

/// <summary>Programs, libraries, weights, vocabulary, disks and memory.</summary>
[Collection("torch")]
public sealed class DoctorMachineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ExamineAsync_OfAMachineThatWorks_StatesItsPrograms()
    {
        var report = await ExamineAsync(new DoctorRequest());

        Assert.DoesNotContain(report.Findings, finding => finding.Severity == Severity.Fault);
        Assert.Contains(report.Findings, finding => finding.Kind == FindingKinds.Program && finding.Reason.Contains("ffmpeg version", StringComparison.Ordinal) || finding.Reason.StartsWith("ffmpeg ", StringComparison.Ordinal));
        var decoders = report.Findings.Where(finding => finding.Kind == FindingKinds.Decoder).Select(finding => finding.Reason).ToArray();
        Assert.Contains(decoders, decoder => decoder is "SkiaSharp 3.119.4 reads PNG, JPEG, WebP, GIF, BMP" or "SkiaSharp 3.119.4 reads PNG, WebP, GIF, BMP");
        Assert.Single(decoders, decoder => decoder.Contains("JPEG,", StringComparison.Ordinal) || (decoder.StartsWith("libjpeg-turbo ", StringComparison.Ordinal) && decoder.EndsWith(" reads JPEG", StringComparison.Ordinal)));
        Assert.Contains("Magick.NET 15.1.0 reads HEIC, AVIF, TIFF, JPEG 2000, JPEG XL", decoders);
        Assert.Contains(report.Findings, finding => finding.Kind == FindingKinds.NativeLibrary && finding.Severity == Severity.Note);
        Assert.Contains(report.Findings, finding => finding.Reason.StartsWith("ONNX Runtime 1.32.0 (CPU", StringComparison.Ordinal));
        Assert.Empty(report.Coverage);
    }

    [Theory]
    [InlineData("cpu", false)]
    [InlineData("abacus", true)]
    [InlineData("cuda:99", true)]
    public async Task ExamineAsync_OfADevice_SaysWhetherItCanBeUsed(string device, bool isFault)
    {
        var report = await ExamineAsync(new DoctorRequest { Device = device });

        Assert.Equal(isFault, report.Findings.Single(finding => finding.Kind == FindingKinds.Device).Severity == Severity.Fault);
    }

    [Fact]
    public async Task ExamineAsync_WithFfprobeHidden_SaysHowToInstallIt()
    {
        var checks = DatasetDoctor.Checks(media: new MediaOptions { FfprobePath = _folder["ffprobe"] });

        var report = await new DatasetDoctor(checks).ExamineAsync(null, null, DoctorBench.Cancel);

        var finding = Assert.Single(report.Findings, finding => finding.Severity == Severity.Fault);
        Assert.Equal((FindingKinds.Program, _folder["ffprobe"]), (finding.Kind, finding.File));
        Assert.Contains("apt-get install ffmpeg", finding.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nred", nameof(Severity.Warning), "6 words")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\nred", nameof(Severity.Fault), "lacks [MASK]")]
    [InlineData("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nred\nred", nameof(Severity.Fault), "line 7 repeats")]
    [InlineData(null, nameof(Severity.Fault), "vocab.txt")]
    public async Task ExamineAsync_OfAVocabulary_SaysWhatItIs(string? content, string severity, string reason)
    {
        if (content is not null)
        {
            File.WriteAllText(_folder["vocab.txt"], content);
        }

        var report = await ExamineAsync(new DoctorRequest { Vocabulary = _folder["vocab.txt"], Machine = false });

        var finding = Assert.Single(report.Findings);
        Assert.Equal((severity, FindingKinds.Vocabulary, _folder["vocab.txt"]), (finding.Severity.ToString(), finding.Kind, finding.File));
        Assert.Contains(reason, finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExamineAsync_OfWeights_TellsFamiliesApartWithoutLoadingThem()
    {
        var (blip, blip2) = (Save("blip"), Save("blip2"));
        DoctorCheckpoint[] wanted = [Wanted(blip, "blip"), Wanted(blip2, "blip2"), Wanted(blip2, "blip"), Wanted(blip, "blip2"), Wanted(blip, "")];

        var report = await ExamineAsync(new DoctorRequest { Checkpoints = wanted, Machine = false });

        Assert.Equal(
            [(blip, "the file holds weights of blip, but the model is blip2."), (blip2, "the file holds weights of blip2, but the model is blip.")],
            report.Worse().Where(finding => finding.Kind == FindingKinds.CheckpointForeign).Select(finding => (finding.File!, finding.Reason)));
        Assert.Equal(3, report.Findings.Count(finding => finding.Kind == FindingKinds.CheckpointRead));
    }

    [Fact]
    public async Task ExamineAsync_OfBrokenWeights_SaysWhatTheFileIs()
    {
        File.WriteAllText(_folder["page.ckpt"], "<html>404</html>");
        File.WriteAllBytes(_folder["short.ckpt"], File.ReadAllBytes(Save("blip"))[..5000]);

        var report = await ExamineAsync(new DoctorRequest { Checkpoints = [Wanted(_folder["page.ckpt"], "blip"), Wanted(_folder["short.ckpt"], "blip"), Wanted(_folder["none.ckpt"], "blip")], Machine = false });

        Assert.Equal(
            [FindingKinds.CheckpointMissing, FindingKinds.CheckpointUnreadable, FindingKinds.CheckpointUnreadable],
            report.Worse().Select(finding => finding.Kind));
        Assert.Contains("web page", report.Worse()[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExamineAsync_OfNamedWeights_LooksIntoTheCacheWithoutANetwork()
    {
        using var resolver = new CheckpointResolver(new CheckpointOptions { CacheFolder = _folder["cache"], Offline = false });
        var doctor = new DatasetDoctor(DatasetDoctor.Checks(resolver: resolver));

        var report = await doctor.ExamineAsync(new DoctorRequest { Checkpoints = [Wanted("webvid-covr", "blip"), Wanted("webvid-cover", "blip")], Machine = false }, null, DoctorBench.Cancel);

        Assert.Equal([(Severity.Fault, "webvid-cover"), (Severity.Note, "webvid-covr")], report.Findings.Select(finding => (finding.Severity, finding.Id!)));
        Assert.Contains("webvid-covr", report.Findings[0].Reason, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["cache"]));
    }

    [Fact]
    public async Task ExamineAsync_OfWeightsOfOtherSizes_ListsKeys()
    {
        var blip = Save("blip");
        var checkpoint = Wanted(blip, "blip") with { RequireFit = path => throw new CheckpointException(path, ["a.weight", "b.weight"], ["c.weight"], new Dictionary<string, string>()) };

        var finding = Assert.Single((await ExamineAsync(new DoctorRequest { Checkpoints = [checkpoint], Machine = false })).Worse());

        Assert.Equal("the weights do not fit the model; keys: 2 missing (a.weight, b.weight), 1 unknown (c.weight).", finding.Reason);
    }

    [Theory]
    [InlineData("blip", "visual_encoder.blocks.3.")]
    [InlineData("blip2", "visual_encoder.blocks.2.")]
    public async Task ExamineAsync_OfWeightsOfAModel_ComparesKeysAndShapesWithIt(string family, string lacking)
    {
        var path = Save(family);
        DoctorCheckpoint[] wanted = [Wanted(path, family) with { RequireFit = file => TinyModels.RequireFit(family, file) }, Wanted(path, family) with { RequireFit = file => TinyModels.RequireFit(family, file, more: 1) }];

        var report = await ExamineAsync(new DoctorRequest { Checkpoints = wanted, Machine = false });

        var finding = Assert.Single(report.Worse());
        Assert.Equal((FindingKinds.CheckpointForeign, path), (finding.Kind, finding.File));
        Assert.Contains(lacking, finding.Reason, StringComparison.Ordinal);
        Assert.Contains("choose the variant", finding.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_WithLittleRoom_WarnsOfDisksAndMemory()
    {
        var check = new DiskAndMemoryCheck(new CheckpointOptions { CacheFolder = _folder["cache"] }, folder => folder == _folder["out"] ? 5_000_000 : 1L << 40, () => 1L << 30);

        var report = await new DatasetDoctor([check]).ExamineAsync(new DoctorRequest { OutputFolder = _folder["out"] }, null, DoctorBench.Cancel);

        Assert.Equal([(FindingKinds.Disk, _folder["out"]), (FindingKinds.Memory, null)], report.Worse().Select(finding => (finding.Kind, finding.File)));
        Assert.Contains("4.8 MiB are free", report.Worse()[0].Reason, StringComparison.Ordinal);
        Assert.True(report.IsHealthy);
    }

    private static Task<DoctorReport> ExamineAsync(DoctorRequest request) => new DatasetDoctor(DatasetDoctor.Checks()).ExamineAsync(request, null, DoctorBench.Cancel);

    private static DoctorCheckpoint Wanted(string name, string family) => new(name, family);

    private string Save(string family)
    {
        var services = new ServiceCollection();
        services.AddCoVR().UseTiny(family);
        using var provider = services.BuildServiceProvider();
        var path = _folder[$"{family}.ckpt"];
        var state = provider.Model().Module!.state_dict();
        Checkpoint.WritePth(path, new Dictionary<string, object?> { ["model"] = state.ToDictionary(pair => pair.Key, pair => (object?)pair.Value) });
        return path;
    }
}
