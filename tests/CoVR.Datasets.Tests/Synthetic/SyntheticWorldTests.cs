using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Embedding;
using CoVR.Media;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.Synthetic;

public sealed class SyntheticWorldTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadScenes_OfAWorld_SaysWhatTheCaptionsSay()
    {
        var files = await SyntheticWorld.WriteAsync(_folder["world"], Small(), cancellationToken: TestContext.Current.CancellationToken);
        var options = new WebVidCoVROptions();
        files.Configure(options);
        var train = await options.CreateReader().ReadAsync(DatasetSplit.Train, TestContext.Current.CancellationToken);

        var scenes = files.ReadScenes();

        Assert.Equal(files.Pictures + files.Clips, scenes.Count);
        foreach (var triplet in train.Triplets)
        {
            var scene = scenes[triplet.Target!.Value];
            Assert.Equal(["background", "colour", "position", "shape", "size"], scene.Keys.Order(StringComparer.Ordinal));
            Assert.All(scene.Values, value => Assert.Contains(value, triplet.TargetCaption!, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task WriteAsync_SmallWorld_IsReadByTheWebVidCoVRReader()
    {
        var files = await SyntheticWorld.WriteAsync(_folder["world"], Small(), cancellationToken: TestContext.Current.CancellationToken);
        var options = new WebVidCoVROptions { MissingMedia = MissingMediaPolicy.Strict };
        files.Configure(options);
        var reader = options.CreateReader();

        var train = await reader.ReadAsync(DatasetSplit.Train, TestContext.Current.CancellationToken);
        var test = await reader.ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken);

        Assert.Equal(50, train.Triplets.Count);
        Assert.Equal(6, test.Triplets.Count);
        Assert.Equal(files.GalleryItems, test.Candidates.Count);
        Assert.All(test.Triplets, triplet => Assert.Contains(triplet.Reference, test.Candidates));
        Assert.All(test.Candidates, id => Assert.True(File.Exists(reader.Locate(id).Path!)));
        Assert.Equal(files.Clips, Directory.GetFiles(files.MediaFolder, "*.mp4", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task WriteAsync_Twice_WritesTheSameBytes()
    {
        await SyntheticWorld.WriteAsync(_folder["a"], Small(), cancellationToken: TestContext.Current.CancellationToken);
        await SyntheticWorld.WriteAsync(_folder["b"], Small(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(Contents("a"), Contents("b"));
    }

    [Fact]
    public async Task WriteAsync_AfterAnInterruption_WritesOnlyWhatIsMissing()
    {
        await SyntheticWorld.WriteAsync(_folder["world"], Small(), cancellationToken: TestContext.Current.CancellationToken);
        var whole = Contents("world");
        File.WriteAllText(_folder["world", "world.json"], File.ReadAllText(_folder["world", "world.json"]).Replace("true", "false", StringComparison.Ordinal));
        File.Delete(_folder["world", "test.csv"]);
        File.Delete(_folder["world", "media", "train", "000003.png"]);
        var kept = File.GetLastWriteTimeUtc(_folder["world", "media", "train", "000004.png"]);

        await SyntheticWorld.WriteAsync(_folder["world"], Small(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(whole, Contents("world"));
        Assert.Equal(kept, File.GetLastWriteTimeUtc(_folder["world", "media", "train", "000004.png"]));
    }

    [Fact]
    public async Task WriteAsync_FolderOfAnotherWorld_IsRefused()
    {
        await SyntheticWorld.WriteAsync(_folder["world"], Small(), cancellationToken: TestContext.Current.CancellationToken);
        var other = Small();
        other.Seed = 9;

        await Assert.ThrowsAsync<InvalidOperationException>(() => SyntheticWorld.WriteAsync(_folder["world"], other, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WriteAsync_Pictures_HaveTheColourInThePlaceOfTheObject()
    {
        var painter = new ScenePainter(64, 0.02);
        var scene = new Scene(SceneShape.Circle, SceneColour.Red, SceneSize.Large, SceneBackground.Night, ScenePosition.Left);
        var path = _folder["picture.png"];
        MediaWriter.WritePng(path, painter.Picture(scene, new Random(4)));

        var frame = MediaFrameReader.CreateImageDecoder().Decode(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken), path);

        var (inside, outside) = (Pixel(frame, 17, 32), Pixel(frame, 60, 8));
        Assert.True(inside.Red > 180 && inside.Green < 90 && inside.Blue < 90, $"{inside}");
        Assert.True(outside.Red < 70 && outside.Green < 70 && outside.Blue < 90, $"{outside}");
    }

    [Fact]
    public void Picture_OfEachShape_DiffersFromTheOthers()
    {
        var painter = new ScenePainter(64, 0);
        var scene = new Scene(SceneShape.Circle, SceneColour.Red, SceneSize.Large, SceneBackground.Night, ScenePosition.Centre);
        var pictures = Enum.GetValues<SceneShape>().Select(shape => painter.Picture(scene with { Shape = shape }, new Random(4)).Rgb.ToArray()).ToArray();
        for (var i = 0; i < pictures.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var different = pictures[i].Zip(pictures[j]).Count(pair => Math.Abs(pair.First - pair.Second) > 60);
                Assert.True(different > 200, $"{(SceneShape)i} and {(SceneShape)j} differ in {different} values.");
            }
        }
    }

    [Fact]
    public async Task WriteAsync_InvalidOptions_ListsEveryFault()
    {
        var options = new SyntheticWorldOptions { Side = 33, Noise = 2, TestQueries = 0 };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => SyntheticWorld.WriteAsync(_folder["world"], options, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("Side is 33", error.Message, StringComparison.Ordinal);
        Assert.Contains("Noise is 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("TestQueries is 0", error.Message, StringComparison.Ordinal);
    }

    private static SyntheticWorldOptions Small() => new()
    {
        Side = 32,
        TrainingItems = 120,
        TrainingTriplets = 50,
        ValidationQueries = 3,
        TestQueries = 6,
        GalleryItems = 30,
        TrainingClips = 1,
        GalleryClips = 2,
        ClipFrames = 4,
    };

    private static (byte Red, byte Green, byte Blue) Pixel(RgbFrame frame, int x, int y)
    {
        var pixel = frame.Rgb.Span.Slice(((y * frame.Width) + x) * 3, 3);
        return (pixel[0], pixel[1], pixel[2]);
    }

    private Dictionary<string, string> Contents(string folder) => Directory.GetFiles(_folder[folder], "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(_folder[folder], path), path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
}
