namespace CoVR.Cli.Commands.Search;

/// <summary>The pictures and videos of a folder, each by its path below it.</summary>
internal static class FolderGallery
{
    private static readonly string[] Endings = [.. MediaFolderOptions.Pictures.Extensions, .. MediaFolderOptions.Videos.Extensions];

    /// <summary>Every picture and video at any depth, in the order of their names; hidden ones are passed over.</summary>
    public static IReadOnlyList<MediaItem> List(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System })
            .Where(path => Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            .Select(path => new MediaItem(new MediaId(Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/')), path))
            .OrderBy(item => item.Id),
    ];
}
