using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace CoVR.Embedding.Folders;

/// <summary>The changes that bring a gallery to the state of a folder.</summary>
/// <param name="Unchanged">How many files are unchanged.</param>
/// <param name="Embed">New and changed files, with their hash, one of each content.</param>
/// <param name="Replaced">Identities among <paramref name="Embed"/> and <paramref name="Copy"/> whose stored embedding is of another content.</param>
/// <param name="Copy">Files whose content has an embedding, or gets one through <paramref name="Embed"/>; the second identity is where.</param>
/// <param name="Touch">Files with the stored content but another modification time.</param>
/// <param name="Gone">Stored identities without a file.</param>
internal sealed record FolderChanges(
    int Unchanged,
    IReadOnlyList<MediaItem> Embed,
    IReadOnlySet<MediaId> Replaced,
    IReadOnlyList<(MediaItem Item, MediaId From)> Copy,
    IReadOnlyList<MediaItem> Touch,
    IReadOnlySet<MediaId> Gone)
{
    /// <summary>Compares a scan with a gallery; files whose size or time differs from the stored ones are hashed.</summary>
    /// <param name="scan">The folder.</param>
    /// <param name="items">The items of the scan to consider; others are treated as unchanged.</param>
    /// <param name="stored">All items of the gallery.</param>
    /// <param name="withLocations">Whether coordinates are kept.</param>
    /// <param name="hashed">Receives how many files were hashed, and of how many.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    public static async Task<FolderChanges> FindAsync(
        FolderScan scan, IReadOnlyList<MediaItem> items, IReadOnlyDictionary<MediaId, GalleryProperties> stored, bool withLocations, Action<int, int> hashed, CancellationToken cancellationToken)
    {
        var suspects = items.Where(item => !IsAsStored(item, stored)).ToList();
        var current = await ReadAsync(suspects, withLocations, hashed, cancellationToken).ConfigureAwait(false);
        var present = scan.Items.Select(item => item.Id.Value).ToHashSet(StringComparer.Ordinal);
        HashSet<MediaId> gone = [.. stored.Keys.Where(id => scan.Covers(id) && !present.Contains(id.Value) && !scan.Unreadable.Any(folder => id.Value.StartsWith(folder + '/', StringComparison.Ordinal)))];
        return current.Count == 0
            ? new FolderChanges(items.Count, [], new HashSet<MediaId>(), [], [], gone)
            : Sort(items.Count - suspects.Count, current, stored, gone);
    }

    private static FolderChanges Sort(
        int unchanged, IReadOnlyList<MediaItem> current, IReadOnlyDictionary<MediaId, GalleryProperties> stored, HashSet<MediaId> gone)
    {
        // Of several items with the same content, one without a file comes first: it was moved.
        var holders = stored.Where(entry => entry.Value.ContentHash is not null)
            .OrderBy(entry => gone.Contains(entry.Key) ? 0 : 1).ThenBy(entry => entry.Key)
            .GroupBy(entry => entry.Value.ContentHash!)
            .ToDictionary(group => group.Key, group => new Queue<MediaId>(group.Select(entry => entry.Key)));
        var (embed, copy, touch) = (new List<MediaItem>(), new List<(MediaItem, MediaId)>(), new List<MediaItem>());
        foreach (var item in current)
        {
            if (item.Properties.ContentHash is not { } hash)
            {
                embed.Add(item); // cannot be read; the job reports why
            }
            else if (stored.TryGetValue(item.Id, out var before) && (before.ContentHash == hash || before is { ContentHash: null, Size: null, Modified: null }))
            {
                touch.Add(item); // a store of an earlier version knows neither size nor hash
            }
            else if (holders.TryGetValue(hash, out var known))
            {
                copy.Add((item, known.Count > 1 ? known.Dequeue() : known.Peek()));
            }
            else
            {
                embed.Add(item);
                holders[hash] = new Queue<MediaId>([item.Id]);
            }
        }

        return new FolderChanges(unchanged, embed, current.Select(item => item.Id).Except(touch.Select(item => item.Id)).Where(stored.ContainsKey).ToHashSet(), copy, touch, gone);
    }

    private static bool IsAsStored(MediaItem item, IReadOnlyDictionary<MediaId, GalleryProperties> stored) =>
        stored.TryGetValue(item.Id, out var before) && before.Size == item.Properties.Size && before.Modified == item.Properties.Modified;

    /// <summary>The items in the same order with the hash of their content and what they say of themselves; without where a file cannot be read.</summary>
    private static async Task<IReadOnlyList<MediaItem>> ReadAsync(List<MediaItem> items, bool withLocations, Action<int, int> hashed, CancellationToken cancellationToken)
    {
        var read = new ConcurrentDictionary<MediaId, GalleryProperties>();
        var done = 0;
        await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken }, async (item, cancellation) =>
        {
            try
            {
                await using var file = new FileStream(item.Source.Path!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 20, useAsync: true);
                var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation).ConfigureAwait(false));
                var said = MediaMetadata.Read(item.Source.Path!);
                read[item.Id] = item.Properties with { ContentHash = hash, Taken = said.Taken, Camera = said.Camera, HasLocation = said.HasLocation, Location = withLocations ? said.Location : null };
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // The job reads it again and reports the reason.
            }

            hashed(Interlocked.Increment(ref done), items.Count);
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. items.Select(item => read.TryGetValue(item.Id, out var properties) ? item with { Properties = properties } : item)];
    }
}
