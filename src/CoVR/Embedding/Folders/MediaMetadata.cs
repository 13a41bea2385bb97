using System.Globalization;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using MetadataExtractor.Formats.Exif.Makernotes;
using MetadataExtractor.Formats.QuickTime;
using Tags = MetadataExtractor.Directory;

namespace CoVR.Embedding.Folders;

/// <summary>What a picture or video says of itself, by EXIF and QuickTime; null where it does not.</summary>
internal sealed record MediaMetadata
{
    private static readonly int[] TimesTaken = [ExifDirectoryBase.TagDateTimeOriginal, ExifDirectoryBase.TagDateTimeDigitized];

    /// <summary>When it was taken; a time without zone is taken as UTC.</summary>
    public DateTimeOffset? Taken { get; private init; }

    /// <summary>The camera's make and model.</summary>
    public string? Camera { get; private init; }

    /// <summary>Whether it says where it was taken; unknown for videos that are not Apple's, which have other places for it.</summary>
    public bool? HasLocation { get; private init; }

    /// <summary>Where it was taken, by ISO 6709.</summary>
    public string? Location { get; private init; }

    /// <summary>What the picture and the clip of a Live Photo share.</summary>
    public string? PairId { get; private init; }

    /// <summary>The length of a video.</summary>
    public TimeSpan? Duration { get; private init; }

    /// <summary>Reads a file. What cannot be read is unknown; the decoder reports faults.</summary>
    public static MediaMetadata Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Of(ImageMetadataReader.ReadMetadata(file));
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // The library throws whatever happens in its parsers.
            return new MediaMetadata();
        }
    }

    private static MediaMetadata Of(IReadOnlyList<Tags> directories)
    {
        var location = directories.OfType<GpsDirectory>().Select(gps => gps.GetGeoLocation()).FirstOrDefault(place => place is { IsZero: false }) is { } exif
            ? FormattableString.Invariant($"{exif.Latitude:+00.0000;-00.0000}{exif.Longitude:+000.0000;-000.0000}/")
            : Text<QuickTimeMetadataHeaderDirectory>(directories, QuickTimeMetadataHeaderDirectory.TagGpsLocation);
        return new MediaMetadata
        {
            Taken = directories.OfType<ExifSubIfdDirectory>().Select(ExifTime).FirstOrDefault(time => time is not null) ?? QuickTime(directories),
            Camera = CameraOf(directories),
            HasLocation = location is null && directories.OfType<QuickTimeMovieHeaderDirectory>().Any() && !directories.OfType<QuickTimeMetadataHeaderDirectory>().Any() ? null : location is not null,
            Location = location,
            PairId = Text<AppleMakernoteDirectory>(directories, AppleMakernoteDirectory.TagContentIdentifier)
                ?? Text<QuickTimeMetadataHeaderDirectory>(directories, QuickTimeMetadataHeaderDirectory.TagContentIdentifier),
            Duration = directories.OfType<QuickTimeMovieHeaderDirectory>().FirstOrDefault()?.GetObject(QuickTimeMovieHeaderDirectory.TagDuration) as TimeSpan?,
        };
    }

    private static DateTimeOffset? ExifTime(ExifSubIfdDirectory exif)
    {
        var zone = exif.GetString(ExifDirectoryBase.TagTimeZoneOriginal)?.Trim();
        foreach (var text in TimesTaken.Select(exif.GetString).Where(text => text is not null))
        {
            if (DateTimeOffset.TryParseExact($"{text!.Trim('\0', ' ')} {zone}".Trim(), ["yyyy:MM:dd HH:mm:ss zzz", "yyyy:MM:dd HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                return time;
            }
        }

        return null;
    }

    // A clock that was never set says 1904.
    private static DateTimeOffset? QuickTime(IReadOnlyList<Tags> directories) =>
        DateTimeOffset.TryParse(Text<QuickTimeMetadataHeaderDirectory>(directories, QuickTimeMetadataHeaderDirectory.TagCreationDate), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : directories.OfType<QuickTimeMovieHeaderDirectory>().FirstOrDefault() is { } movie && movie.TryGetDateTime(QuickTimeMovieHeaderDirectory.TagCreated, out var created) && created.Year > 1970
            ? new DateTimeOffset(DateTime.SpecifyKind(created, DateTimeKind.Utc))
            : null;

    private static string? CameraOf(IReadOnlyList<Tags> directories)
    {
        var make = Text<ExifIfd0Directory>(directories, ExifDirectoryBase.TagMake) ?? Text<QuickTimeMetadataHeaderDirectory>(directories, QuickTimeMetadataHeaderDirectory.TagMake);
        var model = Text<ExifIfd0Directory>(directories, ExifDirectoryBase.TagModel) ?? Text<QuickTimeMetadataHeaderDirectory>(directories, QuickTimeMetadataHeaderDirectory.TagModel);
        return make is null || model?.StartsWith(make.Split(' ')[0], StringComparison.OrdinalIgnoreCase) == true ? model : $"{make} {model}".Trim();
    }

    private static string? Text<T>(IReadOnlyList<Tags> directories, int tag)
        where T : Tags => directories.OfType<T>().Select(directory => directory.GetString(tag)?.Trim('\0', ' ')).FirstOrDefault(text => !string.IsNullOrEmpty(text));
}
