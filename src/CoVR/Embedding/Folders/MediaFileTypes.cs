namespace CoVR.Embedding.Folders;

/// <summary>The kind of a file by its name.</summary>
/// <param name="IsKnown">Whether it is a picture or a video.</param>
/// <param name="Kind">The kind; null if only the content can tell (<c>.gif</c>).</param>
/// <param name="Format">Its name in <see cref="IImageDecoder.Formats"/>, for formats that the built-in decoder does not read.</param>
/// <param name="IsAlsoOfPrograms">Whether program files use this extension too.</param>
internal sealed record MediaFileType(bool IsKnown, MediaKind? Kind, string? Format = null, bool IsAlsoOfPrograms = false);

/// <summary>The file extensions of pictures and videos.</summary>
internal static class MediaFileTypes
{
    /// <summary>The format of files with the data of a camera's sensor.</summary>
    public const string Raw = "camera RAW";

    private const byte PacketStart = 0x47;

    private static readonly MediaFileType Unknown = new(false, null);
    private static readonly Dictionary<string, MediaFileType> Types = Make();

    /// <summary>The type by the extension of a path.</summary>
    public static MediaFileType Of(string path) => Types.GetValueOrDefault(Path.GetExtension(path), Unknown);

    /// <summary>Whether a file is an MPEG transport stream, with packets of 188 bytes or, with a timestamp, of 192.</summary>
    public static bool IsTransportStream(string path)
    {
        Span<byte> start = stackalloc byte[197];
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.Read(file, start, 0);
            return (length > 188 && start[0] == PacketStart && start[188] == PacketStart) || (length > 196 && start[4] == PacketStart && start[196] == PacketStart);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return true; // reported when it is read
        }
    }

    private static Dictionary<string, MediaFileType> Make()
    {
        var types = new Dictionary<string, MediaFileType>(StringComparer.OrdinalIgnoreCase);
        Add(new(true, MediaKind.Picture), ".jpg", ".jpeg", ".jfif", ".jpe", ".png", ".webp", ".bmp");
        Add(new(true, null), ".gif");
        Add(new(true, MediaKind.Video), ".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".3gp", ".3g2", ".mpg", ".mpeg", ".m2ts", ".m2v", ".vob", ".wmv", ".asf", ".flv", ".f4v", ".ogv", ".ogm", ".qt", ".mxf", ".rm", ".rmvb", ".dv", ".divx");
        Add(new(true, MediaKind.Video, IsAlsoOfPrograms: true), ".ts", ".mts");
        foreach (var (format, extensions) in new[]
        {
            ("HEIC", new[] { ".heic", ".heif", ".hif" }), ("AVIF", [".avif"]), ("TIFF", [".tif", ".tiff"]), ("JPEG XL", [".jxl"]), ("JPEG 2000", [".jp2", ".j2k", ".j2c", ".jpf"]),
            (Raw, [".dng", ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw"]),
        })
        {
            Add(new(true, MediaKind.Picture, format), extensions);
        }

        return types;

        void Add(MediaFileType type, params string[] extensions)
        {
            foreach (var extension in extensions)
            {
                types.Add(extension, type);
            }
        }
    }
}
