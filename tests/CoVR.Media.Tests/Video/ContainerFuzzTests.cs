using CoVR.Media.Sampling;
using CoVR.Media.Video;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Media.Tests.Video;

/// <summary>Broken videos. Each is read by processes, so there are few.</summary>
public sealed class ContainerFuzzTests : IDisposable
{
    private const int Share = 20;
    private const int TableShare = 500;
    private const int Frames = 3;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_Mutants_GiveFramesOrAreRefused()
    {
        List<byte[]> seeds = [];
        foreach (var name in new[] { "a.mp4", "a.webm", "a.avi", "a.mkv", "a.mov", "a.ts", "a.mpg", "a.flv", "a.gif" })
        {
            await Ffmpeg.RunAsync("-f", "lavfi", "-i", "testsrc2=size=48x32:rate=25", "-frames:v", "12", _folder[name]);
            seeds.Add(await File.ReadAllBytesAsync(_folder[name], TestContext.Current.CancellationToken));
        }

        var reader = new MediaFrameReader(options: new MediaOptions { MaxPixels = ImageFuzz.MaxPixels, Timeout = TimeSpan.FromSeconds(20) });
        var mutator = new ByteMutator([.. seeds, .. Fuzz.Seeds(".mp4", ".webm", ".ts")], "moov", "mdat", "stts", "stsz", "elst", "RIFF", "movi", "idx1");
        Fuzz.Run("video", Share, mutator.Make, mutant => Read(reader, mutant), freeBytes: 64 << 20, leastShare: 0);
    }

    [Theory]
    [InlineData("a.mp4", "moov", "trak", "mvhd", "tkhd", "elst", "mdhd", "hdlr", "stsd", "stts", "ctts", "stss", "stsz", "stsc", "stco", "co64", "mdat", "free")]
    [InlineData("a.webm", "\u001aE\u00df\u00a3", "\u0018S\u0080g", "\u0016T\u00aek", "\u001fC\u00b6u", "\u00a3", "\u00a0", "\u00ae", "\u00e0")]
    public async Task Read_MutantsOfTables_GiveAPlainVideoOrNone(string name, params string[] tokens)
    {
        await Ffmpeg.RunAsync("-f", "lavfi", "-i", "testsrc2=size=48x32:rate=25", "-frames:v", "12", "-g", "5", _folder[name]);
        var whole = await File.ReadAllBytesAsync(_folder[name], TestContext.Current.CancellationToken);

        Fuzz.Run(name, TableShare, new ByteMutator([whole], tokens).Make, mutant =>
        {
            File.WriteAllBytes(_folder["mutant"], mutant);
            var (tables, elements) = (Mp4Video.Read(_folder["mutant"]), MatroskaVideo.Read(_folder["mutant"]));
            Assert.True(tables is null || tables.Samples.All(sample => sample.Size >= 0 && sample.Place + sample.Size <= mutant.Length));
            return tables is not null || elements is not null;
        });
    }

    private bool Read(MediaFrameReader reader, byte[] mutant)
    {
        var path = _folder["mutant"];
        File.WriteAllBytes(path, mutant);
        try
        {
            var frames = reader.ReadAsync(MediaSource.FromFile(path), FrameSamplers.UniformSegments(Frames)).AsTask().GetAwaiter().GetResult();
            Assert.InRange(frames.Count, 1, Frames);
            Assert.All(frames, frame => Assert.InRange(frame.Width * frame.Height, 1, ImageFuzz.MaxPixels));
            return true;
        }
        catch (MediaReadException error)
        {
            Assert.Equal(path, error.Media);
            return false;
        }
    }
}
