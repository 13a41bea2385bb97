using System.Diagnostics;
using System.Text;
using CoVR.Embedding.Folders;
using CoVR.Media;
using CoVR.TestSupport;

namespace CoVR.Tests.Embedding.Folders;

public sealed class MediaMetadataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_OfAPhotograph_GivesTimeCameraAndPlace()
    {
        var said = Read(new ExifJpeg { Make = "Canon", Model = "Canon EOS R5", Taken = "2024:06:01 12:30:15", Zone = "+02:00", Place = (48, 2) });

        Assert.Equal(new DateTimeOffset(2024, 6, 1, 12, 30, 15, TimeSpan.FromHours(2)), said.Taken);
        Assert.Equal(TimeSpan.FromHours(2), said.Taken!.Value.Offset);
        Assert.Equal(("Canon EOS R5", true, "+48.0000+002.0000/"), (said.Camera, said.HasLocation, said.Location));
    }

    [Fact]
    public void Read_OfATimeWithoutZone_IsUtc() =>
        Assert.Equal(new DateTimeOffset(2024, 6, 1, 12, 0, 0, TimeSpan.Zero), Read(new ExifJpeg { Taken = "2024:06:01 12:00:00" }).Taken);

    [Theory]
    [InlineData("0000:00:00 00:00:00")]
    [InlineData("yesterday")]
    public void Read_OfNoTime_IsUnknown(string taken) => Assert.Null(Read(new ExifJpeg { Taken = taken }).Taken);

    [Theory]
    [InlineData("SONY", "ILCE-7M4", "SONY ILCE-7M4")]
    [InlineData("NIKON CORPORATION", "NIKON Z 6", "NIKON Z 6")]
    [InlineData("Apple", "iPhone 15 Pro", "Apple iPhone 15 Pro")]
    [InlineData("Apple", null, "Apple")]
    [InlineData(null, "Pixel 8", "Pixel 8")]
    [InlineData(null, null, null)]
    public void Read_OfMakeAndModel_NamesTheMakeOnce(string? make, string? model, string? camera) => Assert.Equal(camera, Read(new ExifJpeg { Make = make, Model = model }).Camera);

    [Fact]
    public void Read_OfAPhotographWithoutPlace_SaysSo() => Assert.Equal((false, null), (Read(new ExifJpeg()).HasLocation, Read(new ExifJpeg()).Location));

    [Fact]
    public void Read_OfAVideo_GivesTimeCameraAndPlace()
    {
        Assert.SkipUnless(HasFfmpeg(), "ffmpeg is not there.");

        var plain = MediaMetadata.Read(Clip(_folder["plain.mp4"], 2, created: "2023-05-06T07:08:09Z"));
        var apple = MediaMetadata.Read(AppleClip(
            _folder["apple.mov"], 2, "creationdate=2024-06-01T12:00:00+0200", "make=Apple", "model=iPhone 15", "location.ISO6709=+48.8584+002.2945/", "content.identifier=ABC-1"));

        Assert.Equal(new DateTimeOffset(2023, 5, 6, 7, 8, 9, TimeSpan.Zero), plain.Taken);
        Assert.Equal((TimeSpan.FromSeconds(2), null), (plain.Duration, plain.HasLocation));
        Assert.Equal(new DateTimeOffset(2024, 6, 1, 12, 0, 0, TimeSpan.FromHours(2)), apple.Taken);
        Assert.Equal(("Apple iPhone 15", "+48.8584+002.2945/", "ABC-1"), (apple.Camera, apple.Location, apple.PairId));
        Assert.Null(MediaMetadata.Read(Clip(_folder["unset.mp4"], 2)).Taken);
    }

    [Fact]
    public void Read_OfDamagedFiles_IsUnknown()
    {
        var file = new ExifJpeg { Make = "Canon", Model = "R5", Taken = "2024:06:01 12:00:00", Place = (1, 2), PairId = "A" }.Insert(MediaWriter.EncodeJpeg(new RgbFrame(8, 8, new byte[192])));
        var random = new Random(3);
        for (var round = 0; round < 500; round++)
        {
            var damaged = file.ToArray();
            for (var i = 0; i < 5; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(_folder["damaged.jpg"], damaged[..random.Next(1, damaged.Length)]);
            MediaMetadata.Read(_folder["damaged.jpg"]);
        }

        Assert.Equal(new MediaMetadata(), MediaMetadata.Read(_folder["nowhere.jpg"]));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Makes a video.</summary>
    internal static string Clip(string path, int seconds, string created = "")
    {
        using var process = Process.Start("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", $"color=red:size=32x32:rate=5:duration={seconds}", "-metadata", $"creation_time={created}", path]);
        process.WaitForExit();
        return path;
    }

    /// <summary>Makes a video with what Apple's cameras say of it, in a table at the end of the box <c>moov</c>, which ends the file.</summary>
    internal static string AppleClip(string path, int seconds, params string[] said)
    {
        var file = File.ReadAllBytes(Clip(path, seconds));
        var pairs = said.Select(pair => pair.Split('=', 2)).ToArray();
        byte[] keys = [0, 0, 0, 0, .. Number(pairs.Length), .. pairs.SelectMany(pair => Box("mdta", Encoding.ASCII.GetBytes("com.apple.quicktime." + pair[0])))];
        byte[] values = [.. pairs.SelectMany((pair, i) => (byte[])[.. Number(24 + pair[1].Length), .. Number(i + 1), .. Box("data", [0, 0, 0, 1, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(pair[1])])])];
        byte[] table = Box("meta", [.. Box("hdlr", [0, 0, 0, 0, 0, 0, 0, 0, .. "mdta"u8, .. new byte[14]]), .. Box("keys", keys), .. Box("ilst", values)]);
        var moov = file.AsSpan().LastIndexOf("moov"u8) - 4;
        Number(file.Length - moov + table.Length).CopyTo(file, moov);
        File.WriteAllBytes(path, [.. file, .. table]);
        return path;

        static byte[] Box(string type, byte[] content) => [.. Number(content.Length + 8), .. Encoding.ASCII.GetBytes(type), .. content];
        static byte[] Number(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
    }

    internal static bool HasFfmpeg()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ffmpeg", "-version") { RedirectStandardOutput = true })!;
            process.StandardOutput.ReadToEnd();
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private MediaMetadata Read(ExifJpeg said)
    {
        File.WriteAllBytes(_folder["photo.jpg"], said.Insert(MediaWriter.EncodeJpeg(new RgbFrame(8, 8, new byte[192]))));
        return MediaMetadata.Read(_folder["photo.jpg"]);
    }
}
