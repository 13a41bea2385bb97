using System.Globalization;
using CoVR.Media.Images;
using CoVR.Media.Sampling;
using CoVR.TestSupport;

namespace CoVR.Media.Tests.Video;

public sealed class BadVideoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MediaFrameReader _reader = new(new SkiaImageDecoder());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_FileMissing_SaysNotFound()
    {
        await FailsAsync(_folder["nothing.mp4"], MediaFailure.NotFound);
        await FailsAsync(_folder["no", "folder.mp4"], MediaFailure.NotFound);
        await FailsAsync(_folder.FullName, MediaFailure.NotFound);
    }

    [Fact]
    public async Task ReadAsync_EmptyFile_SaysEmpty()
    {
        await File.WriteAllBytesAsync(_folder["empty.mp4"], [], Token);

        await FailsAsync(_folder["empty.mp4"], MediaFailure.Empty);
    }

    [Theory]
    [InlineData("just some words that are neither a picture nor a video")]
    [InlineData("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n/etc/passwd\n#EXT-X-ENDLIST\n")]
    [InlineData("ffconcat version 1.0\nfile '/etc/hostname'\n")]
    [InlineData("x")]
    public async Task ReadAsync_TextOrPlaylist_SaysUnknownFormat(string text)
    {
        await File.WriteAllTextAsync(_folder["words.mp4"], text, Token);

        var failure = await FailsAsync(_folder["words.mp4"], MediaFailure.UnknownFormat);

        Assert.DoesNotContain("whitelist", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_IndexCutOff_SaysTruncated()
    {
        var whole = await WriteAsync("whole.mp4");
        await Ffmpeg.RunAsync("-i", whole, "-c", "copy", "-movflags", "-faststart", _folder["late.mp4"]);
        await CutAsync(_folder["late.mp4"], _folder["cut.mp4"], 0.5);

        var failure = await FailsAsync(_folder["cut.mp4"], MediaFailure.Truncated);

        Assert.Equal($"{_folder["cut.mp4"]}: the video is truncated. ffprobe says: moov atom not found.", failure.Message);
    }

    [Fact]
    public async Task ReadAsync_FramesCutOff_SaysHowManyAreAnnouncedAndRead()
    {
        await CutAsync(await WriteNoiseAsync("whole.mp4", 20), _folder["cut.mp4"], 0.6);

        var failure = await FailsAsync(_folder["cut.mp4"], MediaFailure.Truncated, new FixedSampler(0, 1, 18, 19));

        Assert.Contains("announces 20 frames", failure.Message, StringComparison.Ordinal);
        Assert.Contains("2 of the 4 requested frames", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_FramesCutOffButAskedOnesWhole_ReadsThem()
    {
        await CutAsync(await WriteNoiseAsync("whole.mp4", 20), _folder["cut.mp4"], 0.6);

        var frames = await _reader.ReadAsync(_folder["cut.mp4"], new FixedSampler(0, 1), Token);

        Assert.Equal(2, frames.Count);
    }

    [Fact]
    public async Task ReadAsync_HeaderBroken_SaysCorrupt()
    {
        var bytes = await File.ReadAllBytesAsync(await WriteAsync("whole.mp4"), Token);
        new Random(1).NextBytes(bytes.AsSpan(12));
        await File.WriteAllBytesAsync(_folder["broken.mp4"], bytes, Token);

        var failure = await Assert.ThrowsAsync<MediaReadException>(async () => await _reader.ReadAsync(_folder["broken.mp4"], FrameSamplers.Middle, Token));

        Assert.Contains(failure.Failure, new[] { MediaFailure.Corrupt, MediaFailure.Truncated });
    }

    [Theory]
    [InlineData("tone.mp4")]
    [InlineData("tone.wav")]
    [InlineData("tone.mkv")]
    public async Task ReadAsync_AudioOnly_SaysNoFrames(string name)
    {
        await Ffmpeg.RunAsync("-f", "lavfi", "-i", "sine=duration=1", "-strict", "-2", _folder[name]);

        await FailsAsync(_folder[name], MediaFailure.NoFrames);
    }

    [Theory]
    [InlineData("faststart")]
    [InlineData("empty_moov+frag_keyframe")]
    public async Task ReadAsync_NoFrames_SaysNoFrames(string flags)
    {
        await Ffmpeg.RunAsync(
            "-f", "lavfi", "-i", "color=size=32x32:duration=1", "-frames:v", "0", "-c:v", "mpeg4", "-movflags", flags, _folder["none.mp4"]);

        await FailsAsync(_folder["none.mp4"], MediaFailure.NoFrames);
    }

    [Fact]
    public async Task ReadAsync_FramesLargerThanAllowed_SaysTooLarge()
    {
        var reader = new MediaFrameReader(new SkiaImageDecoder(), new MediaOptions { MaxPixels = 1000 });

        var failure = await Assert.ThrowsAsync<MediaReadException>(
            async () => await reader.ReadAsync(await WriteAsync("large.mp4"), FrameSamplers.Middle, Token));

        Assert.Equal(MediaFailure.TooLarge, failure.Failure);
        Assert.Contains("64x48", failure.Message, StringComparison.Ordinal);
    }

    private async Task<MediaReadException> FailsAsync(string path, MediaFailure expected, IFrameSampler? sampler = null)
    {
        var failure = await Assert.ThrowsAsync<MediaReadException>(async () => await _reader.ReadAsync(path, sampler ?? FrameSamplers.Middle, Token));
        Assert.True(expected == failure.Failure, string.Create(CultureInfo.InvariantCulture, $"{failure.Failure}: {failure.Message}"));
        Assert.Equal(path, failure.Media);
        return failure;
    }

    private static async Task CutAsync(string whole, string target, double part)
    {
        var bytes = await File.ReadAllBytesAsync(whole, Token);
        await File.WriteAllBytesAsync(target, bytes[..(int)(bytes.Length * part)], Token);
    }

    private async Task<string> WriteAsync(string name)
    {
        await MediaWriter.WriteMp4Async(_folder[name], Pictures.Counting(10), 8, cancellationToken: Token);
        return _folder[name];
    }

    private async Task<string> WriteNoiseAsync(string name, int frames)
    {
        await MediaWriter.WriteMp4Async(_folder[name], [.. Enumerable.Range(0, frames).Select(index => Pictures.Gradient(64, 48, index))], 8, cancellationToken: Token);
        return _folder[name];
    }
}
