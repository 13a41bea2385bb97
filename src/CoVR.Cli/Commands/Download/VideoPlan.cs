using System.Runtime.CompilerServices;
using CoVR.Datasets.Annotations;
using CoVR.Embedding;

namespace CoVR.Cli.Commands.Download;

/// <summary>A video of a shard, and what is known of it before any server is asked.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Address">Where it comes from; null if it cannot be fetched.</param>
/// <param name="Path">Where it belongs; null if it cannot be stored.</param>
/// <param name="Known">What happened to it already; null if it must be fetched.</param>
internal sealed record PlannedVideo(string Id, Uri? Address, string? Path, VideoOutcome? Known)
{
    /// <summary>Whether an existing file is replaced.</summary>
    public bool Replace { get; init; }
}

/// <summary>The videos of a shard.</summary>
internal sealed class VideoPlan
{
    private const int LongestPart = 200;
    private const string ForbiddenLetters = "\\:*?\"<>|";

    private readonly VideoDownloadOptions _options;
    private readonly HashSet<string>? _wanted;
    private readonly Dictionary<string, VideoOutcome> _earlier;

    private VideoPlan(VideoDownloadOptions options, HashSet<string>? wanted, Dictionary<string, VideoOutcome> earlier) =>
        (_options, _wanted, _earlier, Total) = (options, wanted, earlier, wanted?.Count);

    /// <summary>How many videos there are; null: unknown until the list is read.</summary>
    public long? Total { get; }

    /// <summary>Reads annotations and journals.</summary>
    public static async Task<VideoPlan> CreateAsync(VideoDownloadOptions options, CancellationToken cancellationToken)
    {
        var wanted = options.Annotations is { } table ? await ReadWantedAsync(table, options.Shard, cancellationToken)
            : options.Ids is { } lines ? await Task.Run(() => ReadLines(lines, options.Shard), cancellationToken)
            : null;
        var earlier = await Task.Run(() => VideoJournal.ReadResults(options), cancellationToken);
        return new VideoPlan(options, wanted, earlier);
    }

    /// <summary>The videos in the order of the list, each once if annotations say which are wanted; then those that the list lacks.</summary>
    public async IAsyncEnumerable<PlannedVideo> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HashSet<string>? left = _wanted is null ? null : new(_wanted, StringComparer.Ordinal);
        if (_options.List is { } list)
        {
            await foreach (var video in VideoAddressList.ReadAsync(list, cancellationToken))
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

    /// <summary>The path of a video; null if its identity, which is untrusted, is no plain relative path on every system.</summary>
    public static string? PathOf(string folder, string id)
    {
        var parts = id.Split('/');
        if (!parts.All(IsPlain))
        {
            return null;
        }

        var path = Path.GetFullPath(Path.Combine([folder, .. parts])) + VideoAddressList.Extension;
        return path.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : null;
    }

    private static bool IsPlain(string part) =>
        part.Length is > 0 and <= LongestPart && !part.StartsWith('.') && part[^1] is not ('.' or ' ') && part[0] != ' '
        && !part.Any(letter => char.IsControl(letter) || ForbiddenLetters.Contains(letter, StringComparison.Ordinal));

    private static async Task<HashSet<string>> ReadWantedAsync(string file, Shard shard, CancellationToken cancellationToken)
    {
        using var table = await CsvTable.OpenAsync(file, cancellationToken);
        var (reference, target) = (table.Column("pth1"), table.Column("pth2"));
        return await table.ReadAsync(cancellationToken)
            .SelectMany(row => (IEnumerable<string>)[row[reference], row[target]])
            .Where(id => !string.IsNullOrWhiteSpace(id) && shard.Contains(new MediaId(id)))
            .ToHashSetAsync(StringComparer.Ordinal, cancellationToken);
    }

    private static HashSet<string> ReadLines(string file, Shard shard) => TextFile.ReadLines(file)
        .Select(line => line.Trim())
        .Select(line => line.EndsWith(VideoAddressList.Extension, StringComparison.OrdinalIgnoreCase) ? line[..^VideoAddressList.Extension.Length] : line)
        .Where(id => !string.IsNullOrWhiteSpace(id) && shard.Contains(new MediaId(id)))
        .ToHashSet(StringComparer.Ordinal);

    private bool IsOfShard(string id) => string.IsNullOrWhiteSpace(id) ? _options.Shard.Index == 0 : _options.Shard.Contains(new MediaId(id));

    private string? AddressOf(string id) => _options.BaseAddress is { } mirror ? DownloadCommand.Under(mirror, id + VideoAddressList.Extension).AbsoluteUri : null;

    private PlannedVideo Plan(string id, string? address)
    {
        if (PathOf(_options.Folder, id) is not { } path)
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

        if (!DownloadCommand.TryAddress(address, out var uri))
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
