using CoVR.AspNetCore.Safety;

namespace CoVR.AspNetCore.Files;

/// <summary>The files of items. Only what the gallery says of an item leads to a file, never the text of a request.</summary>
internal static class MediaFiles
{
    /// <summary>Opens an item's file and recognizes it by its content.</summary>
    /// <exception cref="ApiException">It is not there, or no picture or video.</exception>
    public static async Task<(FileStream File, string Type)> OpenAsync(GalleryEntry entry, CancellationToken cancellationToken)
    {
        var file = Open(entry);
        try
        {
            var header = new byte[ContentTypes.HeaderBytes];
            var length = await file.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            file.Position = 0;
            return (file, ContentTypes.Of(header.AsSpan(0, length)) ?? throw Missing());
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static FileStream Open(GalleryEntry entry)
    {
        try
        {
            return entry.Properties.Source is { } path && Path.IsPathFullyQualified(path) && File.Exists(path)
                ? new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.Asynchronous })
                : throw Missing();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Missing();
        }
    }

    private static ApiException Missing() => new(404, "media.missing", "The item's file is missing, or no longer a picture or video.");
}
