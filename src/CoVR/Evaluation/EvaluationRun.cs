using CoVR.Data;
using CoVR.Retrieval;

namespace CoVR.Evaluation;

/// <summary>The state of one evaluation, which ranks queries batch by batch.</summary>
internal sealed class EvaluationRun
{
    // Many queries are searched in much less time together.
    private const int SearchedTogether = 512;
    private readonly IReadOnlyList<EvaluationPlan> _plans;
    private readonly Dictionary<EvaluationPlan.GalleryKey, EvaluationGallery> _galleries;
    private readonly Dictionary<(EvaluationPlan Plan, QueryKind Kind), Dictionary<string, IReadOnlyList<SearchHit>>> _rankings = [];
    private readonly HashSet<string> _ranked = new(StringComparer.Ordinal);
    private readonly List<(Triplet Triplet, EmbeddingSet[] ByKind)> _waiting = [];
    private readonly List<MediaId> _unreadable = [];

    public EvaluationRun(
        RetrievalPipeline pipeline,
        TripletDataset dataset,
        EvaluationOptions options,
        IReadOnlyList<EvaluationPlan> plans,
        Dictionary<EvaluationPlan.GalleryKey, EvaluationGallery> galleries)
    {
        (Pipeline, Dataset, Options, _plans, _galleries) = (pipeline, dataset, options, plans, galleries);
        foreach (var key in Places)
        {
            _rankings[key] = new(StringComparer.Ordinal);
        }
    }

    public RetrievalPipeline Pipeline { get; }

    public TripletDataset Dataset { get; }

    public EvaluationOptions Options { get; }

    /// <summary>Queries that were encoded so far.</summary>
    public int Ranked => _ranked.Count;

    /// <summary>Encodes a batch once, to be ranked in every kind by every plan.</summary>
    public async Task RankAsync(QueryBatch batch, CancellationToken cancellationToken)
    {
        _unreadable.AddRange(batch.Unreadable);
        if (batch.Triplets.Count == 0)
        {
            return;
        }

        var queries = await QueryEmbeddings.EncodeAsync(Pipeline.Model, batch, Options.Queries, cancellationToken).ConfigureAwait(false);
        RequireFinite(batch.Triplets, queries);
        _waiting.AddRange(batch.Triplets.Select((triplet, i) => (triplet, queries.Select(kind => kind[i]).ToArray())));
        _ranked.UnionWith(batch.Triplets.Select(triplet => triplet.Id));
        if (_waiting.Count >= SearchedTogether)
        {
            RankWaiting();
        }
    }

    /// <summary>Serializes the rankings of this process for the others.</summary>
    public void Export(BinaryWriter writer)
    {
        RankWaiting();
        Write(writer, [.. _ranked]);
        Write(writer, [.. _unreadable.Select(id => id.Value)]);
        foreach (var ranking in Places.Select(place => _rankings[place]))
        {
            foreach (var query in _ranked)
            {
                var hits = ranking[query];
                Write(writer, [.. hits.Select(hit => hit.Id.Value)]);
                foreach (var hit in hits)
                {
                    writer.Write(hit.Score);
                    writer.Write(hit.Rank);
                }
            }
        }
    }

    /// <summary>Adds the rankings of another process.</summary>
    public void Import(BinaryReader reader)
    {
        var queries = Read(reader);
        _ranked.UnionWith(queries);
        _unreadable.AddRange(Read(reader).Select(id => new MediaId(id)));
        foreach (var ranking in Places.Select(place => _rankings[place]))
        {
            foreach (var query in queries)
            {
                ranking[query] = [.. Read(reader).Select(id => new MediaId(id)).ToArray().Select(id => new SearchHit(id, reader.ReadSingle(), reader.ReadInt32()))];
            }
        }
    }

    /// <summary>Scores everything, in the order of variants and kinds.</summary>
    public IReadOnlyList<EvaluationResult> Results()
    {
        RankWaiting();
        var scored = Dataset with { Triplets = [.. Dataset.Triplets.Where(triplet => _ranked.Contains(triplet.Id))] };
        if (scored.Triplets.Count == 0)
        {
            throw new InvalidOperationException(
                $"No query of {Dataset.Name} can be asked: {(_unreadable.Count == 0 ? "there are none" : $"{_unreadable.Count} references cannot be read, for example {string.Join(", ", _unreadable.Take(5))}")}.");
        }

        var data = DataHash.Of(Dataset);
        return [.. _plans.SelectMany(plan => Options.Queries.Select(kind => Result(plan, kind, scored, data)))];
    }

    private void RankWaiting()
    {
        Triplet[] triplets = [.. _waiting.Select(query => query.Triplet)];
        foreach (var plan in _plans)
        {
            SearchOptions[] search = [.. triplets.Select(triplet => SubsetHits.Search(triplet, plan.Protocol))];
            for (var kind = 0; kind < Options.Queries.Count; kind++)
            {
                Rank(plan, Options.Queries[kind], triplets, [.. _waiting.Select(query => query.ByKind[kind])], search);
            }
        }

        _waiting.Clear();
    }

    private void RequireFinite(IReadOnlyList<Triplet> triplets, IReadOnlyList<EmbeddingSet[]> queries)
    {
        for (var kind = 0; kind < queries.Count; kind++)
        {
            var at = Array.FindIndex(queries[kind], query => VectorMath.IndexOfNotFinite(query.Values.Span) >= 0);
            if (at >= 0)
            {
                throw new InvalidOperationException(
                    $"The model embeds query {triplets[at].Id} of {Dataset.Name} ({Options.Queries[kind]}) as NaN or infinity: its weights are damaged, or its training diverged.");
            }
        }
    }

    private IEnumerable<(EvaluationPlan Plan, QueryKind Kind)> Places => _plans.SelectMany(plan => Options.Queries.Select(kind => (plan, kind)));

    private static void Write(BinaryWriter writer, string[] texts)
    {
        writer.Write(texts.Length);
        Array.ForEach(texts, writer.Write);
    }

    private static string[] Read(BinaryReader reader)
    {
        var texts = new string[reader.ReadInt32()];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadString();
        }

        return texts;
    }

    private void Rank(EvaluationPlan plan, QueryKind kind, IReadOnlyList<Triplet> triplets, EmbeddingSet[] queries, SearchOptions[] search)
    {
        var found = new GallerySearch(plan, _galleries[plan.KeyFor(kind)]).Rank(triplets, queries, search);
        foreach (var (triplet, hits) in triplets.Zip(SubsetHits.Keep(found, triplets, plan.Protocol.Depth)))
        {
            _rankings[(plan, kind)][triplet.Id] = hits;
        }
    }

    private EvaluationResult Result(EvaluationPlan plan, QueryKind kind, TripletDataset scored, string data)
    {
        var gallery = _galleries[plan.KeyFor(kind)];
        IReadOnlyList<SearchHit>[] rankings = [.. scored.Triplets.Select(triplet => _rankings[(plan, kind)][triplet.Id])];
        var report = plan.Protocol.Score(scored, rankings);
        return new EvaluationResult
        {
            Variant = plan.Variant,
            Protocol = plan.Protocol,
            Query = kind,
            Dataset = scored,
            Report = report,
            Intervals = Options.Bootstrap.Intervals(scored.Triplets, report),
            Bootstrap = Options.Bootstrap,
            Rankings = rankings,
            Fingerprint = Fingerprints.Of(plan, kind, this, data),
            Coverage = Coverage(gallery, scored),
            Leaks = EvaluationCaveats.Leaks(plan, kind, gallery),
            Deviations = [.. EvaluationCaveats.Deviations(plan, kind, gallery)],
        };
    }

    private EvaluationResult.EvaluationCoverage Coverage(EvaluationGallery gallery, TripletDataset scored)
    {
        var present = TargetsOf(scored).Count(gallery.Contains);
        string[] missing = [.. gallery.Missing.Concat(_unreadable).Concat(Dataset.MissingMedia).Distinct().Select(id => id.Value).Order(StringComparer.Ordinal).Take(20)];
        return new EvaluationResult.EvaluationCoverage(
            scored.Triplets.Count,
            Dataset.Triplets.Count + Dataset.MissingTriplets,
            present,
            TargetsOf(Dataset).Count() + Dataset.MissingTargets,
            gallery.Present,
            Dataset.Candidates.Count + Dataset.MissingCandidates,
            missing);
    }

    private static IEnumerable<MediaId> TargetsOf(TripletDataset dataset) =>
        dataset.Triplets.Where(triplet => triplet.Target is not null).Select(triplet => triplet.Target!.Value).Distinct();
}
