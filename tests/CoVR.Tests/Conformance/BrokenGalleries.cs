using static TorchSharp.torch;

namespace CoVR.Tests.Conformance;

/// <summary>Passes every call on; broken galleries override one.</summary>
internal abstract class GalleryWrapper(IGallery inner) : IGallery
{
    protected IGallery Inner { get; } = inner;

    public virtual ValueTask<GalleryInfo> GetInfoAsync(CancellationToken cancellationToken = default) => Inner.GetInfoAsync(cancellationToken);

    public virtual ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default) => Inner.UpsertAsync(entries, cancellationToken);

    public virtual ValueTask<int> RemoveAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default) => Inner.RemoveAsync(ids, cancellationToken);

    public virtual ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default) => Inner.ContainsAsync(id, cancellationToken);

    public virtual ValueTask<IReadOnlyList<GalleryEntry>> GetAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default) => Inner.GetAsync(ids, cancellationToken);

    public virtual IAsyncEnumerable<GalleryItem> ListAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default) => Inner.ListAsync(filter, cancellationToken);

    public virtual ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default) => Inner.CountAsync(filter, cancellationToken);

    public virtual ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default) => Inner.SearchAsync(queries, cancellationToken);

    public virtual ValueTask RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken = default) => Inner.RecordFailuresAsync(failures, cancellationToken);

    public virtual ValueTask<IReadOnlyDictionary<MediaId, EmbeddingFailure>> GetFailuresAsync(CancellationToken cancellationToken = default) => Inner.GetFailuresAsync(cancellationToken);

    public virtual ValueTask DisposeAsync() => Inner.DisposeAsync();
}

/// <summary>Searches with other options, or changes the results.</summary>
internal sealed class OtherResults(IGallery inner, Func<SearchOptions, SearchOptions> options, Func<SearchResult, SearchOptions, SearchResult>? result = null) : GalleryWrapper(inner)
{
    public override async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        var results = await Inner.SearchAsync([.. queries.Select(query => query with { Options = options(query.Options) })], cancellationToken);
        return [.. results.Select((found, i) => result?.Invoke(found, queries[i].Options) ?? found)];
    }
}

/// <summary>Writes other entries.</summary>
internal sealed class OtherEntries(IGallery inner, Func<IReadOnlyList<GalleryEntry>, IEnumerable<GalleryEntry>> change) : GalleryWrapper(inner)
{
    public override ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default) =>
        Inner.UpsertAsync([.. change(entries)], cancellationToken);
}

internal sealed class LosesARemoval(IGallery inner) : GalleryWrapper(inner)
{
    public override async ValueTask<int> RemoveAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        var known = (await Inner.GetAsync(ids, cancellationToken)).Count;
        await Inner.RemoveAsync([.. ids.Skip(1)], cancellationToken);
        return known;
    }
}

internal sealed class ShowsHalfAnUpsert(IGallery inner) : GalleryWrapper(inner)
{
    private int _searches;

    public override async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        foreach (var entry in entries)
        {
            await Inner.UpsertAsync([entry], cancellationToken);
            var seen = Volatile.Read(ref _searches) + 2;
            for (var i = 0; i < 1000 && Volatile.Read(ref _searches) < seen; i++)
            {
                await Task.Yield();
            }
        }
    }

    public override async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        var results = await Inner.SearchAsync(queries, cancellationToken);
        Interlocked.Increment(ref _searches);
        return results;
    }
}

internal sealed class StarvesAFilter(IGallery inner) : GalleryWrapper(inner)
{
    public override async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        var results = await Inner.SearchAsync([.. queries.Select(query => query with { Options = query.Options with { Filter = null } })], cancellationToken);
        var items = new Dictionary<MediaId, GalleryItem>();
        await foreach (var item in Inner.ListAsync(cancellationToken: cancellationToken))
        {
            items[item.Id] = item;
        }

        return [.. results.Select((result, i) => result with { Hits = [.. result.Hits.Where(hit => queries[i].Options.Filter?.Matches(items[hit.Id]) ?? true)] })];
    }
}

internal sealed class MixesShapes(IGallery inner) : GalleryWrapper(inner)
{
    public override async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        var fingerprint = (await Inner.GetInfoAsync(cancellationToken)).Fingerprint;
        var size = fingerprint.Vectors * fingerprint.Dimensions;
        await Inner.UpsertAsync([.. entries.Select(entry => entry.Embedding.Vectors * entry.Embedding.Dimensions == size
            ? entry
            : entry with { Embedding = new EmbeddingSet(entry.Embedding.Values[..size], fingerprint.Vectors, fingerprint.Dimensions) })], cancellationToken);
    }
}

internal sealed class LeaksATensor(IGallery inner) : GalleryWrapper(inner)
{
    private readonly List<Tensor> _leaked = [];

    public override ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        CoVR.Modeling.Native.NativeTorch.EnsureLoaded();
        _leaked.Add(zeros(1));
        return Inner.SearchAsync(queries, cancellationToken);
    }

    public override ValueTask DisposeAsync()
    {
        _leaked.ForEach(tensor => tensor.Dispose());
        return Inner.DisposeAsync();
    }
}

internal sealed class IgnoresCancellation(IGallery inner) : GalleryWrapper(inner)
{
    public override ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default) =>
        Inner.SearchAsync(queries, CancellationToken.None);
}

internal sealed class WritesBeforeItLooksAtTheToken(IGallery inner) : GalleryWrapper(inner)
{
    public override async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        await Inner.UpsertAsync(entries, CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
    }
}

internal sealed class SharesStateBetweenSearches(IGallery inner) : GalleryWrapper(inner)
{
    private IReadOnlyList<GalleryQuery> _queries = [];

    public override async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        _queries = queries;
        await Task.Yield();
        return await Inner.SearchAsync(_queries, cancellationToken);
    }
}

internal sealed class AnswersAfterDisposal(IGallery inner) : GalleryWrapper(inner)
{
    public override ValueTask DisposeAsync() => default;
}

internal sealed class WritesBehindTheCaller(IGallery inner) : GalleryWrapper(inner)
{
    private IReadOnlyList<GalleryEntry> _waiting = [];

    public override async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        var before = Interlocked.Exchange(ref _waiting, entries);
        await Inner.UpsertAsync(before, cancellationToken);
    }
}

internal sealed class WritesTheFirstHalfOfABadBatch(IGallery inner) : GalleryWrapper(inner)
{
    public override async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        await Inner.UpsertAsync([.. entries.Take(entries.Count / 2)], cancellationToken);
        await Inner.UpsertAsync([.. entries.Skip(entries.Count / 2)], cancellationToken);
    }
}

internal sealed class CountsWithoutTheFilter(IGallery inner) : GalleryWrapper(inner)
{
    public override ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default) => Inner.CountAsync(null, cancellationToken);
}

internal sealed class KeepsAFailureAfterUpsert(IGallery inner) : GalleryWrapper(inner)
{
    private readonly Dictionary<MediaId, EmbeddingFailure> _failures = [];

    public override ValueTask RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken = default)
    {
        foreach (var failure in failures)
        {
            _failures[failure.Id] = failure;
        }

        return default;
    }

    public override ValueTask<IReadOnlyDictionary<MediaId, EmbeddingFailure>> GetFailuresAsync(CancellationToken cancellationToken = default) => new(_failures);
}

/// <summary>Keeps every embedding that was ever written.</summary>
internal sealed class ForgetsNothing(IGallery inner) : GalleryWrapper(inner)
{
    private readonly System.Collections.Concurrent.ConcurrentBag<GalleryEntry> _written = [];

    public override ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        foreach (var entry in entries)
        {
            _written.Add(entry);
        }

        return Inner.UpsertAsync(entries, cancellationToken);
    }
}
