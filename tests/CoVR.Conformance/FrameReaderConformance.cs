using Xunit;

namespace CoVR.Conformance;

/// <summary>What every frame reader keeps.</summary>
public abstract class FrameReaderConformance
{
    /// <summary>Makes the reader under test.</summary>
    protected abstract IFrameReader Create();

    /// <summary>Writes a picture file that the reader can read, and says what is in it.</summary>
    /// <param name="folder">An empty folder.</param>
    protected abstract (string Path, RgbFrame Picture) WritePicture(string folder);

    [Fact]
    public async Task ReadAsync_OfAPictureFile_ReturnsItsPixels()
    {
        using var folder = new EmptyFolder();
        var (path, picture) = WritePicture(folder.Path);
        AssertSame(picture, Assert.Single(await Create().ReadAsync(path, new Every(1), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task ReadAsync_OfAStream_ReturnsItsPixels()
    {
        using var folder = new EmptyFolder();
        var (path, picture) = WritePicture(folder.Path);
        var media = MediaSource.FromStream("upload", _ => ValueTask.FromResult<Stream>(File.OpenRead(path)));
        AssertSame(picture, Assert.Single(await Create().ReadAsync(media, new Every(1), TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task ReadAsync_OfDecodedFrames_ReturnsThoseTheSamplerChooses()
    {
        RgbFrame[] frames = [.. Enumerable.Range(0, 5).Select(value => new RgbFrame(1, 1, new byte[] { (byte)value, 0, 0 }))];
        var chosen = await Create().ReadAsync(MediaSource.FromFrames(frames), new Every(2), TestContext.Current.CancellationToken);
        Assert.Equal([0, 2, 4], chosen.Select(frame => (int)frame.Rgb.Span[0]));
    }

    [Fact]
    public async Task ReadAsync_OfAMissingFile_SaysNotFound()
    {
        using var folder = new EmptyFolder();
        var error = await Assert.ThrowsAsync<MediaReadException>(async () => await Create().ReadAsync(folder.File("nowhere.png"), new Every(1), TestContext.Current.CancellationToken));
        Assert.Equal(MediaFailure.NotFound, error.Failure);
        Assert.Equal(folder.File("nowhere.png"), error.Media);
    }

    [Theory]
    [InlineData("empty.png", 0)]
    [InlineData("noise.png", 1000)]
    public async Task ReadAsync_OfNoPicture_Fails(string name, int length)
    {
        using var folder = new EmptyFolder();
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(folder.File(name), bytes, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<MediaReadException>(async () => await Create().ReadAsync(folder.File(name), new Every(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ReadAsync_Cancelled_Ends()
    {
        using var folder = new EmptyFolder();
        var (path, _) = WritePicture(folder.Path);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Create().ReadAsync(path, new Every(1), new CancellationToken(true)));
    }

    [Fact]
    public async Task ReadAsync_FromSeveralThreads_ReturnsTheSamePixels()
    {
        using var folder = new EmptyFolder();
        var (path, picture) = WritePicture(folder.Path);
        var reader = Create();
        var read = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => (await reader.ReadAsync(path, new Every(1)))[0])));
        Assert.All(read, frame => AssertSame(picture, frame));
    }

    private static void AssertSame(RgbFrame expected, RgbFrame actual)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        Assert.Equal(expected.Rgb.ToArray(), actual.Rgb.ToArray());
    }

    private sealed class EmptyFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("covr-conformance-").FullName;

        public string File(string name) => System.IO.Path.Combine(Path, name);

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    private sealed class Every(int step) : IFrameSampler
    {
        public IReadOnlyList<int> Select(int frameCount) => [.. Enumerable.Range(0, frameCount).Where(index => index % step == 0)];
    }
}
