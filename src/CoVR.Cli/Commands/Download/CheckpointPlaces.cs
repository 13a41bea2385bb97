using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Downloads;

namespace CoVR.Cli.Commands.Download;

/// <summary>Where released weights come from and where they go: the cache, or the layout of the reference's script.</summary>
internal sealed class CheckpointPlaces
{
    private static readonly string PublicHub = new CheckpointOptions().Hub.Host;

    private readonly CommandHost _host;
    private readonly string? _folder;
    private readonly CheckpointOptions _options = new() { HubToken = Environment.GetEnvironmentVariable("HF_TOKEN") };

    /// <param name="folder">The reference's working folder; null for the cache.</param>
    /// <param name="mirror">In place of the hub; null for the hub.</param>
    public CheckpointPlaces(CommandHost host, string? folder, Uri? mirror)
    {
        (_host, _folder) = (host, folder);
        _options.Hub = mirror is null ? _options.Hub : new Uri(mirror.AbsoluteUri.TrimEnd('/') + "/");
    }

    /// <summary>The path of weights, whether they exist or not. Those that the reference's script does not fetch are always in the cache.</summary>
    public string PathOf(ReleasedCheckpoint entry)
    {
        if (entry.ReferencePath is { } path && (_folder is not null || entry.Uri is null))
        {
            return _host.PathOf(Path.Combine(_folder ?? ".", path));
        }

        using var resolver = new CheckpointResolver(_options);
        return resolver.Locate(entry.Name, entry.Family).Path;
    }

    /// <summary>Where weights come from; null: never published.</summary>
    public Uri? AddressOf(ReleasedCheckpoint entry) =>
        entry.Uri is { } uri && uri.Host == PublicHub ? new Uri(_options.Hub, uri.AbsolutePath.TrimStart('/')) : entry.Uri;

    /// <summary>Downloads weights to their path.</summary>
    public async Task DownloadAsync(ReleasedCheckpoint entry, Downloader downloader, IProgress<JobProgress> progress, CancellationToken cancellation)
    {
        _options.Progress = progress;
        using var resolver = new CheckpointResolver(_options, downloader);
        await resolver.DownloadAsync(entry.Name, entry.Family, PathOf(entry), cancellation);
    }
}
