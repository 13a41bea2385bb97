using CoVR.Data;
using CoVR.Retrieval;

namespace CoVR.Evaluation;

/// <summary>The candidates of a data set in an index, pooled and ordered by the rules of a plan.</summary>
internal sealed class EvaluationGallery
{
    private readonly Dictionary<MediaId, List<MediaId>> _candidatesOf = [];
    private readonly Dictionary<MediaId, int> _places = [];
    private readonly List<(GalleryCandidate Candidate, int Frames)> _pooled = [];
    private readonly Dictionary<string, GalleryCandidate> _ownCandidates = new(StringComparer.Ordinal);
    private readonly HashSet<MediaId> _missing = [];

    private EvaluationGallery(ExactIndex index) => Index = index;

    public ExactIndex Index { get; }

    /// <summary>Items missing from the store.</summary>
    public IReadOnlyCollection<MediaId> Missing => _missing;

    /// <summary>How many different items there are.</summary>
    public int Present => _candidatesOf.Count;

    /// <summary>The candidates in the order of the index, each with its number of stored frames.</summary>
    public IReadOnlyList<(GalleryCandidate Candidate, int Frames)> Candidates => _pooled;

    /// <summary>The most frames of a candidate.</summary>
    public int MostFrames => _pooled.Select(item => item.Frames).DefaultIfEmpty(1).Max();

    /// <summary>Whether an item is present.</summary>
    public bool Contains(MediaId item) => _candidatesOf.ContainsKey(item);

    /// <summary>The candidates of an item; empty if it is absent.</summary>
    public IReadOnlyList<MediaId> CandidatesOf(MediaId item) => _candidatesOf.TryGetValue(item, out var candidates) ? candidates : [];

    /// <summary>The place of a candidate in the order of the index.</summary>
    public int PlaceOf(MediaId candidate) => _places[candidate];

    /// <summary>The candidate that counts as its item for one query only; null when the query has none.</summary>
    public GalleryCandidate? OwnCandidateOf(Triplet query) => _ownCandidates.GetValueOrDefault(query.Id);

    /// <summary>Reads one gallery for each distinct requirement of the plans.</summary>
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
        foreach (var candidate in Arrange(dataset, plan.Protocol))
        {
            if (await plan.Store.ReadAsync(candidate.Item, cancellationToken).ConfigureAwait(false) is { } frames)
            {
                RequireFinite(plan, candidate.Item, frames);
                gallery.Add(candidate, frames.Frames, captions.Mix(candidate.Item, plan.Pool(kind, candidate, frames), kind.CaptionShare));
            }
            else
            {
                gallery._missing.Add(candidate.Item);
            }
        }

        if (dataset.Candidates.Count == 0)
        {
            throw new InvalidOperationException($"{dataset.Name} has no candidates to rank.");
        }

        return gallery.Missing.Count == 0 || (options.AllowMissingCandidates && gallery.Present > 0) ? gallery : throw new InvalidOperationException(
            $"{gallery.Missing.Count} of {dataset.Candidates.Count} candidates of {dataset.Name} are not in the embedding store, for example {string.Join(", ", gallery.Missing.Take(5))}. Embed them first.");
    }

    private static void RequireFinite(EvaluationPlan plan, MediaId id, EmbeddingSet item)
    {
        var at = VectorMath.IndexOfNotFinite(item.Values.Span);
        if (at >= 0)
        {
            throw new GalleryException(plan.Variant.Name, $"the embedding of '{id}' holds {item.Values.Span[at]} at index {at}: it cannot be ranked. Embed the item again.");
        }
    }

    /// <summary>The candidates in the order in which equal scores are ranked.</summary>
    private static IEnumerable<GalleryCandidate> Arrange(TripletDataset dataset, IRetrievalProtocol protocol)
    {
        var candidates = protocol.Arrange(dataset) ?? EachOnce(dataset);
        return protocol.Rules.TieBreaker is null ? candidates.OrderBy(candidate => candidate.Id.Value, StringComparer.Ordinal) : candidates;
    }

    private static IEnumerable<GalleryCandidate> EachOnce(TripletDataset dataset)
    {
        var answers = dataset.Triplets.Where(triplet => triplet.Target is not null).ToLookup(triplet => triplet.Target!.Value);
        return dataset.Candidates.Select(id => new GalleryCandidate(id, id, [.. answers[id]]));
    }

    private void Add(GalleryCandidate candidate, int frames, EmbeddingSet item)
    {
        _places[candidate.Id] = Index.Count;
        _pooled.Add((candidate, frames));
        Index.Add(candidate.Id, item);
        (_candidatesOf.TryGetValue(candidate.Item, out var candidates) ? candidates : _candidatesOf[candidate.Item] = []).Add(candidate.Id);
        if (candidate.Id != candidate.Item)
        {
            foreach (var query in candidate.Answers)
            {
                _ownCandidates[query.Id] = candidate;
            }
        }
    }
}
