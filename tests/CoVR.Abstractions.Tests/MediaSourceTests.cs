using System.Text.Json;
using CoVR.TestSupport;

namespace CoVR.Abstractions.Tests;

/// <summary>A source as JSON is the hash of its content.</summary>
public sealed class MediaSourceTests
{
    [Fact]
    public void Serialize_OfAFileAndAStreamOfItsBytes_GivesTheSameHash()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.png"], "pixels");

        var stream = MediaSource.FromStream("upload", _ => new(new MemoryStream("pixels"u8.ToArray())));

        Assert.Equal(JsonSerializer.Serialize<MediaSource>(folder["a.png"]), JsonSerializer.Serialize(stream));
    }

    [Fact]
    public void Serialize_OfAFileThatChanged_GivesAnotherHash()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.png"], "pixels");
        var before = JsonSerializer.Serialize<MediaSource>(folder["a.png"]);

        File.WriteAllText(folder["a.png"], "others");

        Assert.NotEqual(before, JsonSerializer.Serialize<MediaSource>(folder["a.png"]));
    }

    [Fact]
    public void Serialize_OfFrames_DependsOnPixelsAndSize()
    {
        RgbFrame[] frames = [new(2, 1, new byte[6]), new(1, 2, new byte[6]), new(2, 1, new byte[] { 1, 0, 0, 0, 0, 0 })];

        var hashes = frames.Select(frame => JsonSerializer.Serialize(MediaSource.FromFrames([frame]))).Append(JsonSerializer.Serialize(MediaSource.FromFrames([frames[0], frames[1]])));

        Assert.Equal(4, hashes.Distinct().Count());
    }

    [Fact]
    public void Serialize_OfAMissingFile_NamesIt()
    {
        var error = Assert.Throws<MediaReadException>(() => JsonSerializer.Serialize(new ComposedQuery("/missing/a.png", "red")));

        Assert.Equal(("/missing/a.png", MediaFailure.NotFound), (error.Media, error.Failure));
    }

    [Fact]
    public void Deserialize_OfASource_IsRefused() =>
        Assert.Throws<NotSupportedException>(() => JsonSerializer.Deserialize<MediaSource>("\"00\""));
}
