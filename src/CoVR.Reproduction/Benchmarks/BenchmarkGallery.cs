using CoVR.Data;
using CoVR.Embedding;
using CoVR.Retrieval;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>Completes the stores of a part's variants with the embeddings of its candidates.</summary>
internal sealed class BenchmarkGallery(RetrievalPipeline pipeline, IEmbeddingJob? job, BenchmarkRunOptions options)
{
    /// <summary>Embeds what is missing and checks what still is.</summary>
    /// <exception cref="GalleryIncompleteException">A candidate is missing although all are required.</exception>
    public async Task<GalleryReport> CompleteAsync(
        BenchmarkPart part, TripletDataset dataset, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        var embedded = 0;
        IReadOnlyDictionary<MediaId, string> own = new Dictionary<MediaId, string>();
        foreach (var (store, fill) in Stores())
        {
            var (made, reasons) = fill is null ? (0, []) : await EmbedAsync(fill, part, dataset, progress, cancellationToken).ConfigureAwait(false);
            embedded += made;
            var missing = await MissingAsync(store, dataset, reasons, cancellationToken).ConfigureAwait(false);
            own = store == pipeline.Gallery ? missing : own;
            if (missing.Count > 0 && !options.Evaluation.AllowMissingCandidates)
            {
                throw new GalleryIncompleteException(part.Name, dataset.Candidates.Count, missing);
            }
        }

        return new GalleryReport(dataset.Candidates.Count, embedded, own);
    }

    /// <summary>Each store of the variants once, with the job that fills it, if any.</summary>
    private Dictionary<IEmbeddingSource, IEmbeddingJob?> Stores()
    {
        var stores = new Dictionary<IEmbeddingSource, IEmbeddingJob?>();
        foreach (var variant in options.Evaluation.Variants)
        {
            var store = variant.Store ?? pipeline.Gallery;
            var fill = store == pipeline.Gallery ? job : options.VariantJobs.TryGetValue(variant.Name, out var own) ? own : stores.GetValueOrDefault(store);
            stores[store] = options.EmbedsMissing ? fill : null;
        }

        return stores;
    }

    private static async Task<(int Embedded, Dictionary<MediaId, string> Reasons)> EmbedAsync(
        IEmbeddingJob job, BenchmarkPart part, TripletDataset dataset, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        MediaItem[] items = [.. dataset.Candidates.Select(id => new MediaItem(id, part.Reader.Locate(id)))];
        var (embedded, reasons) = (0, new Dictionary<MediaId, string>());
        await foreach (var outcome in job.EmbedAsync(items, progress, cancellationToken).ConfigureAwait(false))
        {
            embedded += outcome.Status == EmbedStatus.Embedded ? 1 : 0;
            if (outcome.Failure is { } failure)
            {
                reasons[outcome.Id] = failure.Message;
            }
        }

        return (embedded, reasons);
    }

    private static async Task<IReadOnlyDictionary<MediaId, string>> MissingAsync(
        IEmbeddingSource store, TripletDataset dataset, IReadOnlyDictionary<MediaId, string> reasons, CancellationToken cancellationToken)
    {
        var coverage = await EmbeddingCoverage.CheckAsync(store, dataset.Candidates, readValues: false, null, cancellationToken).ConfigureAwait(false);
        return new SortedDictionary<MediaId, string>(coverage.Missing.ToDictionary(item => item.Key, item => reasons.GetValueOrDefault(item.Key, item.Value)));
    }
}
