using System.Security.Cryptography;
using System.Text;
using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>The candidates of a data set in an index, pooled and ordered by the rules of a plan.</summary>
internal sealed class EvaluationGallery
{
    private readonly Dictionary<MediaId, List<MediaId>> _columns = [];
    private readonly HashSet<MediaId> _missing = [];

    private EvaluationGallery(ExactIndex index) => Index = index;

    public ExactIndex Index { get; }

    /// <summary>Candidates that are not in the store.</summary>
    public IReadOnlyCollection<MediaId> Missing => _missing;

    /// <summary>Candidates that are there.</summary>
    public int Present => _columns.Count;

    /// <summary>Candidates of several frames whose frame scores do not fit: all frames count the same.</summary>
    public int Unweighted { get; private set; }

    /// <summary>The most frames of a candidate.</summary>
    public int MostFrames { get; private set; } = 1;

    /// <summary>The places of columns in the order of adding.</summary>
    public Dictionary<MediaId, int> Order { get; } = [];

    /// <summary>The column of each query that has one of its own.</summary>
    public Dictionary<string, MediaId> OwnColumns { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a candidate is there.</summary>
    public bool Contains(MediaId item) => _columns.ContainsKey(item);

    /// <summary>The columns of a candidate; none when it is not there.</summary>
    public IReadOnlyList<MediaId> ColumnsOf(MediaId item) => _columns.TryGetValue(item, out var columns) ? columns : [];

    /// <summary>Reads one gallery for each different need of the plans.</summary>
    public static async Task<Dictionary<EvaluationPlan.GalleryKey, EvaluationGallery>> ReadAsync(
        IReadOnlyList<EvaluationPlan> plans, IReadOnlyList<QueryKind> kinds, TripletDataset dataset, CaptionTable captions, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var galleries = new Dictionary<EvaluationPlan.GalleryKey, EvaluationGallery>();
        foreach (var (plan, kind) in plans.SelectMany(plan => kinds.Select(kind => (plan, kind))))
        {
            var key = plan.KeyFor(kind);
            if (!galleries.ContainsKey(key))
            {
                galleries[key] = await ReadAsync(plan, kind, dataset, captions, options, cancellationToken).ConfigureAwait(false);
            }
        }

        return galleries;
    }

    private static async Task<EvaluationGallery> ReadAsync(
        EvaluationPlan plan, QueryKind kind, TripletDataset dataset, CaptionTable captions, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var gallery = new EvaluationGallery(new ExactIndex(plan.Similarity));
        foreach (var column in GalleryColumns.Of(dataset, plan.Rules))
        {
            if (await plan.Store.ReadAsync(column.Item, cancellationToken).ConfigureAwait(false) is { } item)
            {
                RequireFinite(plan, column.Item, item);
                gallery.Add(column, captions.Mix(column.Item, gallery.Pool(plan, kind, column, item), kind.CaptionShare));
            }
            else
            {
                gallery._missing.Add(column.Item);
            }
        }

        if (dataset.Candidates.Count == 0)
        {
            throw new InvalidOperationException($"{dataset.Name} has no candidates: there is nothing to rank.");
        }

        return gallery.Missing.Count == 0 || (options.AllowMissingCandidates && gallery.Present > 0) ? gallery : throw new InvalidOperationException(
            $"{gallery.Missing.Count} of {dataset.Candidates.Count} candidates of {dataset.Name} are not in the embedding store, for example {string.Join(", ", gallery.Missing.Take(5))}. Embed them first.");
    }

    private static void RequireFinite(EvaluationPlan plan, MediaId id, EmbeddingSet item)
    {
        var at = VectorMath.IndexOfNotFinite(item.Values.Span);
        if (at >= 0)
        {
            throw new GalleryException(plan.Variant.Name, $"the embedding of '{id}' holds {item.Values.Span[at]} at place {at}: it cannot be ranked. Embed the item again.");
        }
    }

    private void Add(GalleryColumn column, EmbeddingSet item)
    {
        Order[column.Id] = Index.Count;
        Index.Add(column.Id, item);
        (_columns.TryGetValue(column.Item, out var columns) ? columns : _columns[column.Item] = []).Add(column.Id);
        if (column.Query is { } query)
        {
            OwnColumns[query] = column.Id;
        }
    }

    private EmbeddingSet Pool(EvaluationPlan plan, QueryKind kind, GalleryColumn column, EmbeddingSet item)
    {
        MostFrames = Math.Max(MostFrames, item.Frames);
        if (!plan.Similarity.PoolsFrames)
        {
            var scores = column.Scores?.Count == item.Frames ? column.Scores : null;
            Unweighted += plan.WeighsByAnswers(kind) && item.Frames > 1 && scores is null ? 1 : 0;
            if (plan.Rules.MostFrames is { } most && item.Frames > most)
            {
                var drawn = Draw(column.Id, item.Frames, most);
                item = EmbeddingShapes.SelectFrames(item, drawn);
                scores = scores is null ? null : [.. drawn.Select(frame => scores[frame])];
            }

            item = (plan.PoolingFor(kind) ?? new ScoreWeightedFramePooling(scores)).Pool(item);
        }

        return plan.Rules.NormalizesCandidates ? EmbeddingShapes.UnitRows(item) : item;
    }

    /// <summary>Draws frames without replacement, seeded by the identity alone, in their order.</summary>
    private static int[] Draw(MediaId id, int frames, int count)
    {
        var places = Enumerable.Range(0, frames).ToArray();
        new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(id.Value)))).Shuffle(places);
        return [.. places.Take(count).Order()];
    }
}
