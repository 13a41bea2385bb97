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
    /// Pictures are read as for <see cref="CoVRRetrievalBuilderExtensions.UseFolderGallery"/>. Another <see cref="IMediaWatcher"/> of the pipeline replaces the one that listens to the file system.
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="configure">Sets options; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is not above zero.</exception>
    public static ICoVRBuilder UseWatchedFolder(this ICoVRBuilder builder, string folder, Action<WatchedFolderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var options = new WatchedFolderOptions();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Quiet, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.RescanEvery, TimeSpan.Zero);
        var (path, name) = (Path.GetFullPath(folder), builder.Name);
        builder.ReadPicturesAsSeen().Services.AddSingleton<IHostedService>(services =>
        {
            var time = services.GetRequiredService<TimeProvider>();
            return new WatchedFolderService(
                path,
                options,
                services.GetKeyedService<IMediaWatcher>(name) ?? new FileSystemMediaWatcher(options, time),
                new FolderSynchronizer(services.GetRequiredKeyedService<IGallery>(name), services.GetRequiredKeyedService<IEmbeddingJob>(name), time) { Quiet = options.Quiet },
                time,
                services.GetService<ILogger<WatchedFolderService>>() ?? NullLogger<WatchedFolderService>.Instance);
        });
        return builder;
    }
}
