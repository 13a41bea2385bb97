using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Downloads;
using CoVR.Modeling;

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
        if (mirror is not null)
        {
            _options.Hub = new Uri(mirror.AbsoluteUri.TrimEnd('/') + "/");
        }
    }

    /// <summary>The path of weights, whether they exist or not. Those that the reference's script does not fetch are always in the cache.</summary>
    public string PathOf(CheckpointEntry entry)
    {
        if (entry.ReferencePath is { } path && (_folder is not null || entry.Uri is null))
        {
            return _host.PathOf(Path.Combine(_folder ?? ".", path));
        }

        using var resolver = new CheckpointResolver(_options);
        return resolver.Locate(new CheckpointReference(entry.Name, entry.Family)).Path;
    }

    /// <summary>Where weights come from; null: never published.</summary>
    public Uri? AddressOf(CheckpointEntry entry) =>
        entry.Uri is { } uri && uri.Host == PublicHub ? new Uri(_options.Hub, uri.AbsolutePath.TrimStart('/')) : entry.Uri;

    /// <summary>Downloads weights.</summary>
    /// <returns>Their path.</returns>
    public async Task<string> DownloadAsync(CheckpointEntry entry, Downloader downloader, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        if (_folder is null || entry.ReferencePath is null)
        {
            using var resolver = new CheckpointResolver(_options, downloader, progress);
            return (await resolver.ResolveAsync(new CheckpointReference(entry.Name, entry.Family), cancellation)).Path;
        }

        var request = new DownloadRequest(AddressOf(entry)!, PathOf(entry)) { ExpectedBytes = entry.Bytes, Sha256 = entry.Sha256, Headers = Headers(entry) };
        await downloader.DownloadAsync(request, progress, cancellation);
        return request.Path;
    }

    private Dictionary<string, string> Headers(CheckpointEntry entry) =>
        _options.HubToken is { Length: > 0 } token && entry.Uri!.Host == PublicHub ? new() { ["Authorization"] = $"Bearer {token}" } : [];
}
