using CoVR.Cli.Hosting;
using CoVR.Datasets.Embedding;

namespace CoVR.Cli.Commands.Embed;

/// <summary>Lists the files of a folder in the reference's layout, and in others where it has none of that.</summary>
internal static class MediaList
{
    /// <summary>Pictures of the folder itself; where it has none, those of folders below by their file's name, as CIRR's training set has them.</summary>
    public static async Task<IReadOnlyList<MediaItem>> PicturesAsync(CommandHost host, string folder, string? todo, CancellationToken cancellation)
    {
        Require(host, folder, "--image_dir");
        var options = MediaFolderOptions.ReferencePictures;
        if (MediaFolder.List(folder, options).Count == 0)
        {
            options = MediaFolderOptions.Pictures with { Identity = MediaIdentity.FileName };
        }

        return await ListAsync(host, folder, options, todo, cancellation);
    }

    /// <summary>Videos <c>{folder}/{any}/{name}.mp4</c>; where there are none, those of every kind at any depth.</summary>
    public static async Task<IReadOnlyList<MediaItem>> VideosAsync(CommandHost host, string folder, string? todo, CancellationToken cancellation)
    {
        Require(host, folder, "--video_dir");
        var options = MediaFolderOptions.ReferenceVideos;
        if (MediaFolder.List(folder, options).Count == 0)
        {
            options = MediaFolderOptions.Videos;
        }

        return await ListAsync(host, folder, options, todo, cancellation);
    }

    private static void Require(CommandHost host, string folder, string option)
    {
        if (!Directory.Exists(folder))
        {
            throw new CommandException($"{option}: there is no folder {host.Shown(folder)}.");
        }
    }

    private static async Task<IReadOnlyList<MediaItem>> ListAsync(CommandHost host, string folder, MediaFolderOptions options, string? todo, CancellationToken cancellation)
    {
        var items = todo is null
            ? MediaFolder.List(folder, options)
            : MediaFolder.List(folder, options, await TextList.ReadIdsAsync(host.PathOf(todo), cancellationToken: cancellation));
        return items.Count > 0
            ? items
            : throw new CommandException($"{host.Shown(folder)} holds no file to embed; endings that count: {string.Join(", ", options.Extensions)}.");
    }
}
