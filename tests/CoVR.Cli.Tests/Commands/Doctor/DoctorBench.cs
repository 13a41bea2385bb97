using CoVR.Cli.Commands.Doctor;
using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Media;
using CoVR.Storage;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Commands.Doctor;

/// <summary>Healthy data sets with embeddings, for tests to break.</summary>
internal static class DoctorBench
{
    public const int Vectors = 2;
    public const int Dimensions = 4;

    public static readonly string[] Layouts = ["webvid-covr", "cc-coir", "cirr", "fashioniq", "circo"];

    private static readonly Lazy<Task<byte[][]>> Clips = new(MakeClipsAsync);

    public static EmbeddingFingerprint Fingerprint { get; } = new("tiny", "00ff", "16 bicubic", Vectors, Dimensions);

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Writes a data set of pictures (and, for WebVid-CoVR, videos) and makes its reader, which looks nothing up.</summary>
    public static async Task<ITripletDatasetReader> WriteAsync(string layout, string folder) => layout switch
    {
        "webvid-covr" => (await WebVidAsync(folder)).CreateReader(),
        "cc-coir" => TinyLayouts.CcCoIR(folder).CreateReader(),
        "cirr" => TinyLayouts.Cirr(folder).CreateReader(),
        "fashioniq" => TinyLayouts.FashionIQ(folder).CreateReader(),
        _ => TinyLayouts.Circo(folder).CreateReader(),
    };

    /// <summary>WebVid-CoVR: 4 videos of 5 frames, 3 rows with 3 scores each.</summary>
    public static async Task<WebVidCoVROptions> WebVidAsync(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "videos", "1065"));
        foreach (var (i, clip) in (await Clips.Value).Index())
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, "videos", "1065", $"{i}.mp4"), clip, Cancel);
        }

        await File.WriteAllLinesAsync(Path.Combine(folder, "test.csv"),
        [
            "pth1,pth2,txt1,txt2,edit,scores",
            "1065/0,1065/1,a circle,a square,make it a square,\"[0.1, 0.2, 0.3]\"",
            "1065/1,1065/2,a square,a star,a star instead,\"[0.3, 0.2, 0.1]\"",
            "1065/0,1065/3,a circle,a red circle,red,\"[0.2, 0.2, 0.2]\"",
        ], Cancel);
        return new WebVidCoVROptions().AddSplit(DatasetSplit.Test, Path.Combine(folder, "test.csv"), Path.Combine(folder, "videos"));
    }

    /// <summary>The splits of a layout that a benchmark reports.</summary>
    public static DatasetSplit Split(string layout) => layout is "cirr" or "circo" ? DatasetSplit.Validation : DatasetSplit.Test;

    /// <summary>A data set with a store of unit vectors for each candidate and target.</summary>
    public static async Task<DoctorDataset> EmbedAsync(ITripletDatasetReader reader, DatasetSplit split, string folder, int frames = 1)
    {
        var dataset = await reader.ReadAsync(split, Cancel);
        await using IGallery store = new FolderGallery(folder, Fingerprint);
        foreach (var id in dataset.Candidates)
        {
            await store.WriteAsync(id, Unit(frames), Cancel);
        }

        return new DoctorDataset(reader) { Splits = [split], Embeddings = [folder], ExpectedFingerprint = Fingerprint };
    }

    /// <summary>An embedding of unit vectors.</summary>
    public static EmbeddingSet Unit(int frames = 1, params (int At, float Value)[] changes)
    {
        var values = new float[frames * Vectors * Dimensions];
        for (var vector = 0; vector < frames * Vectors; vector++)
        {
            values[(vector * Dimensions) + (vector % Dimensions)] = 1;
        }

        foreach (var (at, value) in changes)
        {
            values[at] = value;
        }

        return new EmbeddingSet(values, Vectors, Dimensions, frames);
    }

    /// <summary>Looks at one data set, not at the machine.</summary>
    public static Task<DoctorReport> ExamineAsync(DoctorDataset dataset, DoctorLevel level = DoctorLevel.Full) =>
        new DatasetDoctor(DatasetDoctor.Checks()).ExamineAsync(new DoctorRequest { Datasets = [dataset], Level = level, Machine = false, Workers = 2 }, null, Cancel);

    private static async Task<byte[][]> MakeClipsAsync()
    {
        using var folder = new TemporaryFolder();
        var clips = new byte[4][];
        for (var i = 0; i < clips.Length; i++)
        {
            await MediaWriter.WriteMp4Async(folder["clip.mp4"], [.. Enumerable.Range(0, 5).Select(frame => TinyPictures.Paint((10 * i) + frame))], 5);
            clips[i] = await File.ReadAllBytesAsync(folder["clip.mp4"]);
        }

        return clips;
    }

    /// <summary>The findings that are no notes.</summary>
    public static Finding[] Worse(this DoctorReport report) => [.. report.Findings.Where(finding => finding.Severity != Severity.Note)];
}
