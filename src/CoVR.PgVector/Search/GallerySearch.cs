using System.Diagnostics;
using System.Text.Json;
using CoVR.PgVector.Storage;
using CoVR.Retrieval;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CoVR.PgVector.Search;

/// <summary>Searches a gallery: the database finds candidates by mean vectors, exactly or by its index; the similarity compares them here.</summary>
internal sealed class GallerySearch(GalleryRow gallery, PostgresGalleryOptions options, ILogger logger)
{
    // More than are asked for, so that rounding in the database leaves none out and equal scores can be ordered.
    private const int Slack = 32;
    // The most candidates that an index of pgvector follows at once.
    public const int MostByIndex = 1000;
    // Filters that pass more items than this by the planner's estimate are not counted.
    private const int CountedBelow = 20_000;

    private bool _warned;

    private bool ComparesMeans => options.Similarity == Similarities.MeanPooled;

    /// <summary>Whether every answer is exact.</summary>
    public bool IsExact => options.Index == PostgresIndex.None && !gallery.HalfPrecision && (ComparesMeans || options.Shortlist == int.MaxValue);

    public static void Require(GalleryQuery query, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Options.Top, 1, nameof(SearchOptions.Top));
        ArgumentOutOfRangeException.ThrowIfNegative(query.Options.Offset, nameof(SearchOptions.Offset));
        if (query.Embedding.Frames != 1 || query.Embedding.Dimensions != dimensions || query.Embedding.Values.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
        {
            throw new ArgumentException($"A query [{query.Embedding.Frames}, Q, {query.Embedding.Dimensions}] cannot search a gallery of [1, Q, {dimensions}], or it has a value that is not finite.", nameof(query));
        }
    }

    /// <summary>Answers queries in the snapshot of the connection's transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="queries">The queries, which fit the gallery.</param>
    /// <param name="forced">Null to decide by size; true to compare all items, false to use what is approximate, whatever the size.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(NpgsqlConnection connection, IReadOnlyList<GalleryQuery> queries, bool? forced, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var statements = queries.Select(query => new SearchStatement(Numbers.MeanOf(query.Embedding), query.Options.Filter, ItemKey.Of(query.Options.Exclude))).ToArray();
        var (state, estimates) = await LookAsync(connection, statements, cancellationToken).ConfigureAwait(false);
        var plans = queries.Select((query, i) => Plan(query, statements[i], state, query.Options.Filter is { } filter ? estimates[filter] : null, forced)).ToArray();
        await FindAsync(connection, plans, cancellationToken).ConfigureAwait(false);
        var starved = plans.Where(plan => plan.Index is not null && plan.Found.Count < plan.Depth).ToArray();
        if (starved.Length > 0)
        {
            // The index gave up before it had enough.
            Array.ForEach(starved, plan => plan.CompareAll());
            await FindAsync(connection, starved, cancellationToken).ConfigureAwait(false);
        }

        await CountAsync(connection, plans, state, cancellationToken).ConfigureAwait(false);
        var hits = await new Moments(gallery, options.Similarity).AddAsync(connection, plans, cancellationToken).ConfigureAwait(false);
        var elapsed = Stopwatch.GetElapsedTime(start);
        return [.. plans.Select((plan, i) => ToResult(plan, hits[i], state) with { SearchingTime = elapsed })];
    }

    /// <summary>What was searched, in one line: recalls of other settings do not count.</summary>
    public string SettingsOf(PostgresIndex? index) => $"{options.Similarity.Name}; index {index ?? PostgresIndex.None}, ef_search {options.EfSearch}, shortlist {options.Shortlist}";

    private SearchResult ToResult(QueryPlan plan, IReadOnlyList<SearchHit> hits, GalleryState state)
    {
        var isExact = gallery.Share >= 1 && plan.Index is null && !gallery.HalfPrecision && (ComparesMeans || plan.Candidates <= plan.Limit);
        return new SearchResult(hits, plan.Candidates)
        {
            IsExact = isExact,
            CandidatesAreEstimated = plan.IsEstimated,
            SearchedShare = gallery.Share,
            Shortlist = isExact ? null : plan.Found.Count,
            Recall = isExact || state.Recall?.Settings != SettingsOf(state.Index) ? null : state.Recall.Value,
        };
    }

    private QueryPlan Plan(GalleryQuery query, SearchStatement statement, GalleryState state, long? estimate, bool? forced)
    {
        var depth = Math.Min((long)query.Options.Offset + query.Options.Top, state.Items);
        var considered = Math.Min(estimate ?? state.Items, state.Items);
        var index = forced ?? considered <= options.ExactBelow ? null : state.Index;
        var shortlist = !ComparesMeans ? forced == true ? long.MaxValue : options.Shortlist : index == PostgresIndex.Binary ? options.Shortlist : 0;
        var limit = Math.Max(shortlist, depth + Slack);
        if (index is not null && limit > MostByIndex)
        {
            (index, limit) = depth + Slack > MostByIndex ? (null, limit) : (index, Math.Max(MostByIndex, depth + Slack));
        }

        if (state.Index is null && options.Index != PostgresIndex.None && state.Items > options.ExactBelow && !_warned)
        {
            _warned = true;
            logger.NoIndex(gallery.Address, state.Items);
        }

        return new QueryPlan(query, statement, depth, considered, limit) { Index = index };
    }

    /// <summary>The state of the gallery, and how many items each filter passes by the planner's estimate.</summary>
    private async ValueTask<(GalleryState State, Dictionary<GalleryFilter, long> Estimates)> LookAsync(NpgsqlConnection connection, SearchStatement[] statements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"SELECT {GalleryState.Columns} FROM covr.galleries WHERE id = $1") { Parameters = { new() { Value = gallery.Id } } },
            },
        };
        var filtered = statements.Where(statement => statement.Filter is not null).DistinctBy(statement => statement.Filter).ToArray();
        var isOfSample = filtered.Length > 0 && gallery.Shards.Count > 0;
        if (isOfSample)
        {
            // Of shards, the planner knows a sample; its estimate of all of them is the measure.
            batch.BatchCommands.Add((filtered[0] with { Filter = null }).ToEstimate(gallery));
        }

        Array.ForEach(filtered, statement => batch.BatchCommands.Add(statement.ToEstimate(gallery)));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var state = await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? GalleryState.Read(reader)
            : throw new GalleryException(gallery.Address, "the gallery was removed from the database meanwhile. Open it anew to create it again.");
        Dictionary<GalleryFilter, long> estimates = [];
        var scale = isOfSample ? state.Items / Math.Max(1, await ReadEstimateAsync(reader, cancellationToken).ConfigureAwait(false)) : 1;
        foreach (var statement in filtered)
        {
            var rows = await ReadEstimateAsync(reader, cancellationToken).ConfigureAwait(false);
            estimates[statement.Filter!] = (long)(rows * scale);
        }

        return (state, estimates);
    }

    private static async ValueTask<double> ReadEstimateAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        using var plan = JsonDocument.Parse(reader.GetString(0));
        return plan.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
    }

    private async Task FindAsync(NpgsqlConnection connection, IReadOnlyCollection<QueryPlan> plans, CancellationToken cancellationToken)
    {
        if (plans.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Settings(plans) } };
        foreach (var plan in plans)
        {
            batch.BatchCommands.Add(plan.Statement.ToCommand(gallery, plan.Index, plan.Limit, !ComparesMeans));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        foreach (var plan in plans)
        {
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                plan.Found.Add(Read(reader, plan));
            }

            plan.Found.Sort();
        }
    }

    // Until the end of the transaction. The planner would compare all items where it takes a filter for narrower than it is.
    private NpgsqlBatchCommand Settings(IReadOnlyCollection<QueryPlan> plans)
    {
        const string sql = "SELECT set_config('jit', 'off', true), set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', $1, true), set_config('enable_seqscan', $2, true)";
        var byIndex = plans.Where(plan => plan.Index is not null).ToArray();
        var candidates = Math.Clamp(byIndex.Select(plan => plan.Limit).DefaultIfEmpty().Max(), options.EfSearch, MostByIndex);
        return new NpgsqlBatchCommand(sql) { Parameters = { new() { Value = $"{candidates}" }, new() { Value = byIndex.Length > 0 ? "off" : "on" } } };
    }

    private Candidate Read(NpgsqlDataReader reader, QueryPlan plan)
    {
        var (vectors, dimensions) = (gallery.Fingerprint.Vectors, gallery.Fingerprint.Dimensions);
        EmbeddingSet item;
        if (ComparesMeans || reader.IsDBNull(5))
        {
            item = new EmbeddingSet(reader.GetFieldValue<Pgvector.Vector>(3).Memory, 1, dimensions);
        }
        else
        {
            item = new EmbeddingSet(Numbers.FromBytes(reader.GetFieldValue<byte[]>(5), gallery.HalfPrecision), vectors, dimensions, reader.GetInt32(4));
            item = options.Similarity.PoolsFrames ? item : options.Pooling.Pool(item);
        }

        var score = options.Similarity.Score(ComparesMeans ? plan.Statement.Query : plan.Query.Embedding, item);
        return new Candidate(reader.GetGuid(0), new MediaId(reader.GetString(1)), float.IsNaN(score) ? float.NegativeInfinity : score, ItemColumns.ReadTimes(reader, 2));
    }

    /// <summary>Counts the items considered; of filters that pass many, the planner's estimate has to do where not all items were compared anyway.</summary>
    private async Task CountAsync(NpgsqlConnection connection, QueryPlan[] plans, GalleryState state, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        List<IGrouping<object, QueryPlan>> counted = [];
        foreach (var group in plans.GroupBy(plan => (object)(plan.Statement.Filter, plan.Query.Options.Exclude, plan.Index is null)))
        {
            var (filter, excluded) = (group.First().Statement.Filter, group.First().Statement.Excluded);
            var isEstimated = filter is not null && group.First() is { Index: not null, Considered: > CountedBelow };
            foreach (var plan in group)
            {
                (plan.Candidates, plan.IsEstimated) = (filter is null ? (long)(state.Items * gallery.Share) : plan.Considered, isEstimated || (filter is null && gallery.Share < 1));
            }

            if (!isEstimated && (filter is not null || excluded.Length > 0))
            {
                counted.Add(group);
                batch.BatchCommands.Add(group.First().Statement.ToCount(gallery));
            }
        }

        if (counted.Count == 0)
        {
            return;
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        foreach (var group in counted)
        {
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            foreach (var plan in group)
            {
                plan.Candidates = plan.Statement.Filter is null ? state.Items - reader.GetInt64(0) : reader.GetInt64(0);
            }

            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
