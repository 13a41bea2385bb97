using CoVR.Cli.Hosting;
using CoVR.Datasets.Annotations;
using CoVR.Embedding;
using CoVR.Reproduction.Embedding;

namespace CoVR.Cli.Commands.Embed;

/// <summary>Lists the files of a folder in the reference's layout, or in other layouts if it has none.</summary>
internal static class MediaList
{
    /// <summary>The identities of a list, or null for all of a folder.</summary>
    public static async Task<IReadOnlyList<MediaId>?> IdsAsync(CommandHost host, string? todo, CancellationToken cancellation) =>
        todo is null ? null : await TextFile.ReadIdsAsync(host.PathOf(todo), cancellationToken: cancellation);

    /// <summary>Whether identities are paths below the folder, as those of CC-CoIR, rather than names of files.</summary>
    public static bool ArePaths(IReadOnlyList<MediaId>? ids) => ids?.Any(id => id.Value.Contains('/', StringComparison.Ordinal)) ?? false;

    /// <summary>
    /// Pictures of the folder itself; if it has none, those of subfolders by file name, as in CIRR's training set. For a list of
    /// paths, those at the paths.
    /// </summary>
    public static IReadOnlyList<MediaItem> Pictures(CommandHost host, string folder, IReadOnlyList<MediaId>? ids)
    {
        Require(host, folder, "--image_dir");
        var kind = ReferenceFolders.Pictures;
        if (ArePaths(ids))
        {
            kind = MediaFolder.Pictures;
        }
        else if (kind.List(folder).Count == 0)
        {
            kind = MediaFolder.Pictures with { ByName = true };
        }

        return List(host, folder, kind, ids);
    }

    /// <summary>Videos <c>{folder}/{any}/{name}.mp4</c>; if there are none, videos of every kind at any depth.</summary>
    public static async Task<IReadOnlyList<MediaItem>> VideosAsync(CommandHost host, string folder, string? todo, CancellationToken cancellation)
    {
        Require(host, folder, "--video_dir");
        var kind = ReferenceFolders.Videos;
        if (kind.List(folder).Count == 0)
        {
            kind = MediaFolder.Videos;
        }

        return List(host, folder, kind, await IdsAsync(host, todo, cancellation));
    }

    private static void Require(CommandHost host, string folder, string option)
    {
        if (!Directory.Exists(folder))
        {
            throw new CommandException($"{option}: there is no folder {host.Shown(folder)}.");
        }
    }

    private static IReadOnlyList<MediaItem> List(CommandHost host, string folder, MediaFolder kind, IReadOnlyList<MediaId>? ids)
    {
        var items = ids is null ? kind.List(folder) : kind.List(folder, ids);
        return items.Count > 0
            ? items
            : throw new CommandException($"{host.Shown(folder)} holds no file to embed; endings that count: {string.Join(", ", kind.Extensions)}.");
    }
}
