using CoVR;
using CoVR.Embedding.Folders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Brings folders into the gallery of a pipeline while a host runs.</summary>
public static class WatchedFolderBuilderExtensions
{
    /// <summary>Embeds a folder when the host starts, and whatever changes in it later: new, replaced, moved and deleted files.</summary>
    /// <remarks>
    /// Where the folder is missing or empty, as an unmounted share is, its items stay in the gallery and a warning is logged.
    /// Another <see cref="IMediaWatcher"/> of the pipeline replaces the one that listens to the file system.
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="scope">
    /// The first part of the identities, so that several folders share a gallery without mixing; each needs its own. <see cref="GalleryFilter.InFolder"/> of it passes the
    /// folder's items.
    /// </param>
    /// <param name="quiet">How long a file must be left alone before it is embedded; null for 2 seconds.</param>
    /// <param name="rescanEvery">How often the folder is scanned without any reported change; null for 5 minutes.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is not above zero.</exception>
    public static ICoVRBuilder UseWatchedFolder(this ICoVRBuilder builder, string folder, string scope = "", TimeSpan? quiet = null, TimeSpan? rescanEvery = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(scope);
        var (pause, rescan) = (quiet ?? TimeSpan.FromSeconds(2), rescanEvery ?? TimeSpan.FromMinutes(5));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(pause, TimeSpan.Zero, nameof(quiet));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rescan, TimeSpan.Zero, nameof(rescanEvery));
        var (path, name) = (Path.GetFullPath(folder), builder.Name);
        builder.Services.AddSingleton<IHostedService>(services =>
        {
            var time = services.GetRequiredService<TimeProvider>();
            return new WatchedFolderService(
                path,
                scope,
                services.GetKeyedService<IMediaWatcher>(name) ?? new FileSystemMediaWatcher(pause, rescan, time),
                new FolderSynchronizer(services.GetRequiredKeyedService<IGallery>(name), services.GetRequiredKeyedService<IEmbeddingJob>(name), time) { Quiet = pause },
                time,
                services.GetService<ILogger<WatchedFolderService>>() ?? NullLogger<WatchedFolderService>.Instance);
        });
        return builder;
    }
}
