using System.Text;
using CoVR.Embedding;

namespace CoVR.Construction.Stages;

/// <summary>A folder of media with a text beside each: the caption of <c>dog.jpg</c> is the first line of <c>dog.txt</c>.</summary>
internal static class CaptionFolder
{
    private static readonly MediaFolder Media = new() { Extensions = [.. MediaFolder.Pictures.Extensions, .. MediaFolder.Videos.Extensions], LaterExtensionWins = true };
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The media of a folder, by identity.</summary>
    public static IReadOnlyList<MediaItem> List(string folder) => Media.List(folder);

    /// <summary>Describes names, sizes and times of its texts.</summary>
    public static IEnumerable<string> Describe(string folder) => Directory.EnumerateFiles(folder, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(DescribeFile);

    /// <summary>Describes names, sizes and times of its media.</summary>
    public static IEnumerable<string> DescribeMedia(string folder) => List(folder).Select(item => DescribeFile(item.Source.Path!));

    /// <summary>Reads the captions of a folder, an item without one for each that has none.</summary>
    public static IEnumerable<MediaCaption> Read(string folder) => List(folder).Select(item =>
    {
        var (caption, fault) = ReadCaption(Path.ChangeExtension(item.Source.Path!, ".txt"));
        return new MediaCaption(item.Id.Value, caption) { Path = item.Source.Path, Fault = fault };
    });

    private static string DescribeFile(string path) => FormattableString.Invariant($"{path} {new FileInfo(path).Length} {File.GetLastWriteTimeUtc(path).Ticks}");

    private static (string Caption, string? Fault) ReadCaption(string path)
    {
        if (!File.Exists(path))
        {
            return ("", "no text beside the file");
        }

        try
        {
            using var reader = new StreamReader(path, Strict);
            return (reader.ReadLine() ?? "", null);
        }
        catch (DecoderFallbackException)
        {
            return ("", "text is not UTF-8");
        }
    }
}
