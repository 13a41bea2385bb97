using CoVR.Downloads;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Checkpoints;

/// <summary>Finds weights by path, by a name of <see cref="ReleasedCheckpoint"/>, by address or on the hub; downloads them once and keeps them.</summary>
/// <remarks>
/// The order: a file or folder that exists, <c>hf://…</c>, <c>https://…</c>, a released name. A released name is looked for in
/// <see cref="CheckpointOptions.ReferenceFolder"/>, then in the cache. For an index of shards (<c>….index.json</c>) the shards are fetched too.
/// Safe for several threads and processes.
/// </remarks>
public sealed class CheckpointResolver : ICheckpointResolver, IDisposable
{
    private readonly CheckpointOptions _options;
    private readonly CheckpointFinder _finder;
    private readonly Lazy<Downloader> _downloader;
    private readonly bool _ownsDownloader;
    private readonly ILogger _logger;

    /// <summary>Creates a resolver.</summary>
    /// <param name="options">Cache and hub; null for the defaults.</param>
    /// <param name="downloader">Downloads files; the caller keeps ownership. Null: the resolver creates its own.</param>
    /// <param name="logger">May be null.</param>
    public CheckpointResolver(CheckpointOptions? options = null, Downloader? downloader = null, ILogger<CheckpointResolver>? logger = null)
    {
        _options = options ?? new CheckpointOptions();
        OptionsFaults.ThrowIfAny(_options);
        _finder = new CheckpointFinder(_options);
        _ownsDownloader = downloader is null;
        _downloader = downloader is null ? new Lazy<Downloader>(() => new Downloader()) : new Lazy<Downloader>(downloader);
        _logger = logger ?? NullLogger<CheckpointResolver>.Instance;
    }

    /// <inheritdoc/>
    public string? FindFault(string name, string family = "", string variant = "")
    {
        try
        {
            return OfflineFault(Find(name, family, variant));
        }
        catch (CheckpointException fault)
        {
            return fault.Reason;
        }
    }

    /// <summary>Gets where weights are, or where they would be downloaded to, without using the network.</summary>
    /// <param name="name">As for <see cref="ICheckpointResolver.FindFault"/>.</param>
    /// <param name="family">The model family; empty if any will do.</param>
    /// <returns>The path; the file need not exist.</returns>
    /// <exception cref="CheckpointException">The name is unknown, its weights do not fit, or they were never published.</exception>
    public ResolvedCheckpoint Locate(string name, string family = "") => Find(name, family).Local;

    /// <inheritdoc/>
    public async ValueTask<ResolvedCheckpoint> ResolveAsync(string name, string family = "", string variant = "", CancellationToken cancellationToken = default)
    {
        var place = Find(name, family, variant);
        if (OfflineFault(place) is { } fault)
        {
            throw new CheckpointException(name, fault);
        }

        if (place.Address is { } address)
        {
            await FetchAsync(name, place, address, cancellationToken).ConfigureAwait(false);
        }

        _logger.CheckpointFound(name, place.Local.Path);
        return place.Local;
    }

    /// <summary>Downloads released weights to a path of the caller's choice, unless a file is there.</summary>
    /// <param name="name">As for <see cref="ICheckpointResolver.FindFault"/>.</param>
    /// <param name="family">The model family; empty if any will do.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the download; the bytes received are kept, and the next attempt continues there.</param>
    /// <returns>A task that completes when the file is there.</returns>
    /// <exception cref="CheckpointException">The name means nothing or a file of the user's, or the weights cannot be downloaded.</exception>
    public async Task DownloadAsync(string name, string family, string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var place = Find(name, family);
        var address = place.Address ?? throw new CheckpointException(name, $"these are the file {place.Local.Path} already.");
        await FetchAsync(name, place with { Local = place.Local with { Path = Path.GetFullPath(path) } }, address, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds weights that are already on this machine, without using the network.</summary>
    /// <param name="name">As for <see cref="ICheckpointResolver.FindFault"/>.</param>
    /// <param name="family">The model family; empty if any will do.</param>
    /// <returns>The path; null if they would have to be downloaded or cannot be obtained.</returns>
    public string? FindFile(string name, string family = "")
    {
        try
        {
            return Find(name, family) is { IsThere: true } place ? place.Local.Path : null;
        }
        catch (CheckpointException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsDownloader && _downloader.IsValueCreated)
        {
            _downloader.Value.Dispose();
        }
    }

    private CheckpointPlace Find(string name, string family = "", string variant = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(family);
        ArgumentNullException.ThrowIfNull(variant);
        return _finder.Find(name, family, variant);
    }

    private string? OfflineFault(CheckpointPlace place) => _options.Offline && !place.IsThere
        ? $"the weights are not in the cache ({place.Local.Path}), and downloads are switched off ({nameof(CheckpointOptions)}.{nameof(CheckpointOptions.Offline)} or COVR_OFFLINE): put the file of {DownloadException.Shown(place.Address!)} there, or give a path."
        : null;

    private async Task FetchAsync(string name, CheckpointPlace place, Uri address, CancellationToken cancellationToken)
    {
        await DownloadAsync(name, new DownloadRequest(address, place.Local.Path), cancellationToken).ConfigureAwait(false);
        if (!place.IsIndex)
        {
            return;
        }

        foreach (var shard in Checkpoint.FindShards(place.Local.Path))
        {
            var path = Path.Combine(Path.GetDirectoryName(place.Local.Path)!, shard);
            await DownloadAsync(name, new DownloadRequest(new Uri(address, Uri.EscapeDataString(shard)), path), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task DownloadAsync(string name, DownloadRequest request, CancellationToken cancellationToken)
    {
        if (File.Exists(request.Path))
        {
            return;
        }

        if (_options.Offline)
        {
            throw new CheckpointException(name, $"{request.Path} is missing, and downloads are switched off: put the file of {DownloadException.Shown(request.Uri)} there.");
        }

        try
        {
            await _downloader.Value.DownloadAsync(WithToken(request), new LoggedProgress(_logger, _options.Progress), cancellationToken).ConfigureAwait(false);
        }
        catch (DownloadException error)
        {
            throw new CheckpointException(name, $"the weights cannot be downloaded from {error.Message}", error);
        }
    }

    private DownloadRequest WithToken(DownloadRequest request) =>
        _options.HubToken is { Length: > 0 } token && Uri.Compare(request.Uri, _options.Hub, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0
            ? request with { Headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" } }
            : request;
}
