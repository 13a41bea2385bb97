using System.Runtime.CompilerServices;
using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Datasets.Download;

/// <summary>A video of a shard, and what is known of it before anything is asked of a server.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Address">Where it comes from; null if it cannot be fetched.</param>
/// <param name="Path">Where it belongs; null if it cannot be stored.</param>
/// <param name="Known">What became of it already; null if it is to be fetched.</param>
internal sealed record PlannedVideo(string Id, Uri? Address, string? Path, VideoOutcome? Known)
{
    /// <summary>Whether a file that is there is to be replaced.</summary>
    public bool Replace { get; init; }
}

/// <summary>The videos of a shard.</summary>
internal sealed class VideoPlan
{
    private readonly VideoDownloadOptions _options;
    private readonly HashSet<string>? _wanted;
    private readonly Dictionary<string, VideoOutcome> _earlier;

    private VideoPlan(VideoDownloadOptions options, HashSet<string>? wanted, Dictionary<string, VideoOutcome> earlier) =>
        (_options, _wanted, _earlier, Total) = (options, wanted, earlier, wanted?.Count);

    /// <summary>How many videos there are; null when that is not known before the list is read.</summary>
    public long? Total { get; }

    /// <summary>Reads annotations and journals.</summary>
    public static async Task<VideoPlan> CreateAsync(VideoDownloadOptions options, CancellationToken cancellationToken)
    {
        var wanted = options.Annotations is { } table ? await Task.Run(() => ReadWanted(table, options.Shard, cancellationToken), cancellationToken).ConfigureAwait(false)
            : options.Ids is { } lines ? await ReadLinesAsync(lines, options.Shard, cancellationToken).ConfigureAwait(false)
            : null;
        var earlier = await Task.Run(() => VideoJournal.Recall(options), cancellationToken).ConfigureAwait(false);
        return new VideoPlan(options, wanted, earlier);
    }

    /// <summary>The videos in the order of the list, each once where annotations say which are wanted; then those that the list lacks.</summary>
    public async IAsyncEnumerable<PlannedVideo> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HashSet<string>? left = _wanted is null ? null : new(_wanted, StringComparer.Ordinal);
        if (_options.List is { } list)
        {
            await foreach (var video in VideoAddressList.ReadAsync(list, cancellationToken).ConfigureAwait(false))
            {
                if (left is null ? IsOfShard(video.Id) : left.Remove(video.Id))
                {
                    yield return Plan(video.Id, AddressOf(video.Id) ?? video.Address);
                }
            }
        }

        foreach (var id in (left ?? []).Order(StringComparer.Ordinal))
        {
            yield return Plan(id, AddressOf(id));
        }
    }

    private static HashSet<string> ReadWanted(string file, Shard shard, CancellationToken cancellationToken)
    {
        HashSet<string> wanted = new(StringComparer.Ordinal);
        foreach (var row in new WebVidCoVRCsv(file).ReadBlocks(cancellationToken).SelectMany(block => block))
        {
            Add(row.Reference);
            Add(row.Target);
        }

        return wanted;

        void Add(string id)
        {
            if (shard.Contains(new MediaId(id)))
            {
                wanted.Add(id);
            }
        }
    }

    private static async Task<HashSet<string>> ReadLinesAsync(string file, Shard shard, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadLinesAsync(file, cancellationToken)
                .Select(line => line.Trim())
                .Where(line => line.Length > 0)
                .Select(line => line.EndsWith(VideoAddressList.Extension, StringComparison.OrdinalIgnoreCase) ? line[..^VideoAddressList.Extension.Length] : line)
                .Where(id => !string.IsNullOrWhiteSpace(id) && shard.Contains(new MediaId(id)))
                .ToHashSetAsync(StringComparer.Ordinal, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetFormatException(file, null, null, $"the list of identities cannot be opened ({error.Message}).", error);
        }
    }

    private bool IsOfShard(string id) => string.IsNullOrWhiteSpace(id) ? _options.Shard.Index == 0 : _options.Shard.Contains(new MediaId(id));

    private string? AddressOf(string id) => _options.BaseAddress is { } mirror ? AnnotationDownloadOptions.Under(mirror, id + VideoAddressList.Extension).AbsoluteUri : null;

    private PlannedVideo Plan(string id, string? address)
    {
        if (VideoPaths.Of(_options.Folder, id) is not { } path)
        {
            return Known(id, address, VideoStatus.Invalid, "the identity is no plain path inside the folder");
        }

        var isThere = new FileInfo(path) is { Exists: true, Length: > 0 };
        if (isThere && !_options.CheckExisting)
        {
            return new PlannedVideo(id, null, path, new VideoOutcome(id, VideoStatus.AlreadyThere) { Address = address, Bytes = new FileInfo(path).Length });
        }

        if (address is null)
        {
            return Known(id, null, VideoStatus.NoAddress, "the list of addresses does not have it");
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !AnnotationDownloadOptions.IsWeb(uri))
        {
            return Known(id, address, VideoStatus.Invalid, "its address is no http or https address");
        }

        return !isThere && !_options.RetryFailed && _earlier.TryGetValue(id, out var earlier) && earlier.IsFinal && earlier.Address == address
            ? new PlannedVideo(id, uri, path, earlier)
            : new PlannedVideo(id, uri, path, null) { Replace = isThere };
    }

    private static PlannedVideo Known(string id, string? address, VideoStatus status, string reason) =>
        new(id, null, null, new VideoOutcome(id, status) { Address = address, Reason = reason });
}
