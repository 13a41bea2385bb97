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
    public static IEnumerable<string> Describe(string folder) => Directory.EnumerateFiles(folder, "*.txt", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(text => FormattableString.Invariant($"{text} {new FileInfo(text).Length} {File.GetLastWriteTimeUtc(text).Ticks}"));

    /// <summary>Reads the captions of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="drop">Receives a reason and the item it concerns.</param>
    public static IEnumerable<MediaCaption> Read(string folder, Action<string, string> drop)
    {
        foreach (var item in Media.List(folder))
        {
            var media = item.Source.Path!;
            if (ReadCaption(Path.ChangeExtension(media, ".txt"), reason => drop(reason, item.Id.Value)) is { } caption)
            {
                yield return new MediaCaption(item.Id.Value, caption) { Path = media };
            }
        }
    }

    private static string? ReadCaption(string path, Action<string> drop)
    {
        if (!File.Exists(path))
        {
            drop("no text beside the file");
            return null;
        }

        try
        {
            using var reader = new StreamReader(path, Strict);
            return reader.ReadLine() ?? string.Empty;
        }
        catch (DecoderFallbackException)
        {
            drop("text is not UTF-8");
            return null;
        }
    }
}
