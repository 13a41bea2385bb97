using System.Collections.Concurrent;
using CoVR.Data;

namespace CoVR.Datasets.Merged;

/// <summary>Several data sets, concatenated as the reference's <c>src/data/merged.py</c> trains on.</summary>
/// <remarks>
/// A triplet's identity is <c>{data set}/{its identity there}</c>. Training draws items without replacement over the whole, each
/// as likely as any other, which is what shuffling does. A split consists of that of every reader that has it; the gallery is the union of
/// theirs. Safe for use from several threads.
/// </remarks>
internal sealed class MergedReader : ITripletDatasetReader
{
    private readonly IReadOnlyList<ITripletDatasetReader> _readers;
    private readonly ConcurrentDictionary<MediaId, ITripletDatasetReader> _owners = new();

    /// <summary>Joins readers.</summary>
    /// <param name="name">The name of the merged data set, for example <c>cc-coir+webvid-covr</c>; null to join theirs.</param>
    /// <param name="readers">At least one, with distinct names.</param>
    /// <exception cref="ArgumentException">There is no reader, or two have one name.</exception>
    public MergedReader(string? name, params IReadOnlyList<ITripletDatasetReader> readers)
    {
        ArgumentNullException.ThrowIfNull(readers);
        if (readers.Count == 0 || readers.Select(reader => reader.Name).Distinct(StringComparer.Ordinal).Count() < readers.Count)
        {
            throw new ArgumentException($"Merging needs data sets of different names, at least one, not: {string.Join(", ", readers.Select(reader => reader.Name))}.", nameof(readers));
        }

        _readers = [.. readers];
        Name = name ?? string.Join('+', readers.Select(reader => reader.Name));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <exception cref="DatasetFormatException">A file is missing or malformed, or two data sets have different media with the same identity.</exception>
    public async ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        List<Triplet> triplets = [];
        OrderedDictionary<MediaId, bool> candidates = [];
        List<TripletDataset> parts = [];
        foreach (var reader in _readers)
        {
            var part = await reader.ReadAsync(split, cancellationToken).ConfigureAwait(false);
            parts.Add(part);
            triplets.EnsureCapacity(triplets.Count + part.Triplets.Count);
            foreach (var triplet in part.Triplets)
            {
                Claim(triplet.Reference, reader);
                triplets.Add(triplet with { Id = $"{reader.Name}/{triplet.Id}" });
            }

            foreach (var candidate in part.Candidates)
            {
                Claim(candidate, reader);
                candidates.TryAdd(candidate, true);
            }
        }

        return new TripletDataset(Name, split, triplets, [.. candidates.Keys])
        {
            MissingMedia = [.. parts.SelectMany(part => part.MissingMedia).Distinct()],
            MissingTriplets = parts.Sum(part => part.MissingTriplets),
            MissingTargets = parts.Sum(part => part.MissingTargets),
            MissingCandidates = parts.Sum(part => part.MissingCandidates),
        };
    }

    /// <inheritdoc/>
    /// <remarks>Where the data set says that named the item in a split that was read; else the first whose file is there.</remarks>
    public MediaSource Locate(MediaId id) =>
        _owners.TryGetValue(id, out var owner)
            ? owner.Locate(id)
            : _readers.Select(reader => reader.Locate(id)).FirstOrDefault(source => source.Path is { } path && File.Exists(path)) ?? _readers[0].Locate(id);

    private void Claim(MediaId id, ITripletDatasetReader reader)
    {
        var owner = _owners.GetOrAdd(id, reader);
        if (owner != reader && owner.Locate(id) != reader.Locate(id))
        {
            throw new DatasetFormatException(
                Name, null, null, $"'{id}' is '{owner.Locate(id).DisplayName}' in {owner.Name} and '{reader.Locate(id).DisplayName}' in {reader.Name}; embeddings are kept by identity, so that these cannot be merged.");
        }
    }
}
