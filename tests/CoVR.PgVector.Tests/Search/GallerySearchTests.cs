using CoVR.PgVector.Search;
using CoVR.PgVector.Storage;
using CoVR.Retrieval;
using Npgsql;
using static CoVR.PgVector.Tests.SampleItems;

namespace CoVR.PgVector.Tests.Search;

/// <summary>When a search is exact, and what a result says about it.</summary>
public sealed class GallerySearchTests
{
    [Theory]
    [InlineData(PostgresIndex.Half)]
    [InlineData(PostgresIndex.Single)]
    [InlineData(PostgresIndex.Binary)]
    public async Task SearchAsync_ThroughAnIndex_StatesShortlistAndRecall(PostgresIndex index)
    {
        await using var gallery = await TestDatabase.CreateAsync(Of(64), new PostgresGalleryOptions { Index = index, ExactBelow = 500, Shortlist = 200 });
        await gallery.UpsertAsync(Numbered(2000, 64), Token);
        Assert.True((await gallery.SearchAsync(Item(-1, 64))).IsExact);
        await gallery.BuildIndexAsync(Token);
        var result = await gallery.SearchAsync(Item(-1, 64));
        Assert.Equal((false, 2000L, 10, null, false), (result.IsExact, result.Candidates, result.Hits.Count, result.Recall, result.CandidatesAreEstimated));
        Assert.Equal(index == PostgresIndex.Binary ? 200 : 42, result.Shortlist);
        var recall = await gallery.MeasureRecallAsync(50, 10, Token);
        Assert.InRange(recall.Value, 0.8, 1);
        Assert.InRange(recall.Value, recall.Low, recall.High + 1e-9);
        Assert.Equal((50, 10), (recall.Queries, recall.Top));
        Assert.Equal(recall.Value, (await gallery.SearchAsync(Item(-1, 64))).Recall);
        // Scores are exact, whatever the index compared.
        var expected = Similarities.MeanPooled.Score(Item(-1, 64), (await gallery.GetAsync([result.Hits[0].Id], Token))[0].Embedding);
        Assert.Equal(expected, result.Hits[0].Score);
    }

    [Theory]
    [InlineData(PostgresIndex.Half, false)]
    [InlineData(PostgresIndex.Single, false)]
    [InlineData(PostgresIndex.Binary, false)]
    [InlineData(PostgresIndex.Half, true)]
    [InlineData(PostgresIndex.Binary, true)]
    public async Task ToCommand_WithAnIndex_IsCarriedOutByIt(PostgresIndex index, bool half)
    {
        var options = new PostgresGalleryOptions { Index = index, HalfPrecision = half };
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint, options);
        await gallery.UpsertAsync(Numbered(200), Token);
        await gallery.BuildIndexAsync(Token);
        var table = await PostgresFailureTests.TableOfAsync(gallery);
        var row = new GalleryRow(int.Parse(table.Split('_')[1]), "", Fingerprint, half);
        var statement = new SearchStatement(Item(1), new GalleryFilter.InFolder(""), [Guid.Empty]);
        Assert.Contains($"Index Scan using items_{row.Id}_vectors", await ExplainAsync(statement.ToCommand(row, index, 42, false)), StringComparison.Ordinal);
        Assert.DoesNotContain("_vectors", await ExplainAsync(statement.ToCommand(row, null, 42, false)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SearchAsync_WithAFilter_IsExactWhereThePlannerExpectsFew()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint, new PostgresGalleryOptions { ExactBelow = 500 });
        await gallery.UpsertAsync([.. Numbered(3000).Select((entry, i) => entry with { Properties = new GalleryProperties { Tags = [i % 100 == 0 ? "rare" : "common"], Owner = "somebody" } })], Token);
        await gallery.BuildIndexAsync(Token);
        var rare = await gallery.SearchAsync(Item(-1), new SearchOptions { Filter = new GalleryFilter.HasTag("rare") });
        Assert.Equal((true, 30L, 10, null), (rare.IsExact, rare.Candidates, rare.Hits.Count, rare.Shortlist));
        var common = await gallery.SearchAsync(Item(-1), new SearchOptions { Filter = new GalleryFilter.HasTag("common") });
        Assert.Equal((false, 2970L, 10, false), (common.IsExact, common.Candidates, common.Hits.Count, common.CandidatesAreEstimated));
        // Whatever the planner expects, hits are filled.
        var both = await gallery.SearchAsync(Item(-1), new SearchOptions { Top = 25, Filter = new GalleryFilter.HasTag("rare") & new GalleryFilter.OwnedBy("somebody") });
        Assert.Equal((30L, 25), (both.Candidates, both.Hits.Count));
    }

    [Fact]
    public async Task SearchAsync_OfMoreHitsThanAnIndexFollows_ComparesAll()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint, new PostgresGalleryOptions { ExactBelow = 0 });
        await gallery.UpsertAsync(Numbered(1500), Token);
        await gallery.BuildIndexAsync(Token);
        var result = await gallery.SearchAsync(Item(-1), new SearchOptions { Top = 1200 });
        Assert.Equal((true, 1200), (result.IsExact, result.Hits.Count));
        Assert.False((await gallery.SearchAsync(Item(-1), new SearchOptions { Top = 500 })).IsExact);
    }

    [Fact]
    public async Task SearchAsync_ByPairsOfTokens_RanksTheShortlistInFull()
    {
        var options = new PostgresGalleryOptions { Similarity = Similarities.MaxOverPairs, Shortlist = 100, Index = PostgresIndex.None };
        await using var gallery = await TestDatabase.CreateAsync(Of(16, 4), options);
        var entries = Numbered(400, vectors: 4);
        await gallery.UpsertAsync(entries, Token);
        var result = await gallery.SearchAsync(Item(-1, vectors: 4));
        Assert.Equal((false, 100, 400L), (result.IsExact, result.Shortlist, result.Candidates));
        Assert.All(result.Hits, hit => Assert.Equal(Similarities.MaxOverPairs.Score(Item(-1, vectors: 4), entries.Single(entry => entry.Id == hit.Id).Embedding), hit.Score));
        var recall = await gallery.MeasureRecallAsync([Item(-1, vectors: 4), Item(-2, vectors: 4)], 10, Token);
        var best = entries.Select(entry => Similarities.MaxOverPairs.Score(Item(-1, vectors: 4), entry.Embedding)).OrderDescending().ElementAt(9);
        Assert.InRange(recall.Value, result.Hits.Count(hit => hit.Score >= best) / 20.0, 1);
        // Where no more are considered than compared, the answer is exact.
        var few = await gallery.SearchAsync(Item(-1, vectors: 4), new SearchOptions { Exclude = Enumerable.Range(90, 310).Select(Id).ToHashSet() });
        Assert.Equal((true, 90L, null), (few.IsExact, few.Candidates, few.Shortlist));
    }

    [Fact]
    public async Task SearchAsync_OfTiesAtTheLastHit_ChoosesByIdentity()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint, new PostgresGalleryOptions { Index = PostgresIndex.None });
        await gallery.UpsertAsync([.. Numbered(200).Select(entry => entry with { Embedding = Item(1) })], Token);
        Assert.Equal(Enumerable.Range(0, 10).Select(Id), (await gallery.SearchAsync(Item(2))).Hits.Select(hit => hit.Id));
    }

    [Fact]
    public async Task BuildIndexAsync_OfAnotherKind_ReplacesTheIndexAndForgetsTheRecall()
    {
        var options = new PostgresGalleryOptions { ExactBelow = 0 };
        await using var gallery = await TestDatabase.CreateAsync(Of(64), options);
        await gallery.UpsertAsync(Numbered(300, 64), Token);
        await gallery.BuildIndexAsync(Token);
        await gallery.MeasureRecallAsync(5, 5, Token);
        var source = await TestDatabase.SourceAsync();
        var table = await PostgresFailureTests.TableOfAsync(gallery);
        // What an interrupted build leaves.
        await source.ScalarAsync($"CREATE INDEX {table.Split('.')[1]}_vectors_new ON {table} (frames)");
        options.Index = PostgresIndex.Binary;
        await gallery.BuildIndexAsync(Token);
        var result = await gallery.SearchAsync(Item(-1, 64));
        Assert.Equal((false, null, 300), (result.IsExact, result.Recall, result.Shortlist));
        var definition = (string)(await source.ScalarAsync($"SELECT string_agg(indexdef, E'\\n') FROM pg_indexes WHERE schemaname = 'covr' AND tablename = '{table.Split('.')[1]}'"))!;
        Assert.Contains("bit_hamming_ops", definition, StringComparison.Ordinal);
        Assert.DoesNotContain("_new", definition, StringComparison.Ordinal);
        options.Index = PostgresIndex.None;
        await gallery.BuildIndexAsync(Token);
        Assert.True((await gallery.SearchAsync(Item(-1, 64))).IsExact);
    }

    [Fact]
    public async Task MeasureRecallAsync_OfAnEmptyGallery_SaysSo()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint);
        await Assert.ThrowsAsync<GalleryException>(() => gallery.MeasureRecallAsync(cancellationToken: Token).AsTask());
        await Assert.ThrowsAsync<GalleryException>(() => gallery.MeasureRecallAsync([Item(1)], 10, Token).AsTask());
    }

    private static async Task<string> ExplainAsync(NpgsqlBatchCommand search)
    {
        await using var connection = await (await TestDatabase.SourceAsync()).OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var settings = new NpgsqlCommand("SET LOCAL enable_seqscan = off", connection))
        {
            await settings.ExecuteNonQueryAsync();
        }

        await using var explain = new NpgsqlCommand($"EXPLAIN {search.CommandText}", connection);
        foreach (NpgsqlParameter parameter in search.Parameters)
        {
            explain.Parameters.Add(parameter.Clone());
        }

        await using var reader = await explain.ExecuteReaderAsync();
        List<string> lines = [];
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }
}
