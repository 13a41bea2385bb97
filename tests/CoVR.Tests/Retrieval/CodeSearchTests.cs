using CoVR.Conformance;
using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

/// <summary>Searches by codes against the specification, on data where the bounds are easy, tight or useless.</summary>
[Collection("torch")]
public sealed class CodeSearchTests
{
    private const int Count = 6000;

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var kind in Kinds)
            {
                foreach (var dimensions in new[] { 3, 30, 256 })
                {
                    cases.Add(kind, dimensions, 1);
                    cases.Add(kind, dimensions, 7);
                }
            }

            return cases;
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly string[] Kinds = ["random", "clustered", "duplicates", "equal", "zeros", "sizes", "tiny", "denormal", "huge", "outliers", "sparse"];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task SearchAsync_ByMeans_EqualsTheSpecification(string kind, int dimensions, int queries)
    {
        var random = new Random(kind.Length + dimensions);
        var items = Enumerable.Range(0, Count).Select(i => new EmbeddingSet(Draw(kind, random, dimensions), 1, dimensions)).ToArray();
        await AssertEqualAsync(Similarities.MeanPooled, items, queries, () => new EmbeddingSet(Draw(kind, random, dimensions), 1, dimensions));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task SearchAsync_ByPairs_EqualsTheSpecification(string kind, int dimensions, int queries)
    {
        var random = new Random(kind.Length + dimensions);
        var items = Enumerable.Range(0, Count / 4).Select(i => Rows(5)).ToArray();
        await AssertEqualAsync(Similarities.MaxOverPairs, items, queries, () => Rows(3));

        EmbeddingSet Rows(int count) => new(Enumerable.Range(0, count).SelectMany(_ => Draw(kind, random, dimensions)).ToArray(), count, dimensions);
    }

    [Theory]
    [InlineData("random")]
    [InlineData("outliers")]
    [InlineData("equal")]
    public void Write_OfAnyRow_BoundsTheErrorOfEveryProduct(string kind)
    {
        const int d = 50;
        var random = new Random(3);
        var rows = Enumerable.Range(0, 64).SelectMany(_ => Draw(kind, random, d)).ToArray();
        var queries = Enumerable.Range(0, 4).Select(_ => Draw(kind, random, d)).ToArray();
        AssertBounded(rows, queries, d);
        AssertBounded(rows, queries[..1], d);
    }

    [Theory]
    [InlineData(1e-12f)]
    [InlineData(1e12f)]
    [InlineData(0f)]
    public void Supports_OfAQueryWithoutAUsefulBound_IsFalse(float size) =>
        Assert.False(CodeSearch.Supports(new float[] { 1, 2, 3, 4, size, 0 }.AsSpan(), 2));

    [Fact]
    public async Task SearchAsync_WhileItemsChange_AnswersFromOneState()
    {
        const int d = 32;
        await using var gallery = new MemoryGallery(new EmbeddingFingerprint("test", "", "", 1, d));
        var random = new Random(9);
        await gallery.UpsertAsync([.. Enumerable.Range(0, Count).Select(i => Entry(i, Draw("random", random, d)))], Cancellation);
        var query = new GalleryQuery(new EmbeddingSet(Draw("random", random, d), 1, d), new SearchOptions { Top = 5 });
        using var stop = new CancellationTokenSource();
        await gallery.UpsertAsync([.. Enumerable.Range(0, 5).Select(i => new GalleryEntry(new MediaId($"best-{i}"), Scaled(query.Embedding, 99)))], Cancellation);
        var writing = Task.Run(async () =>
        {
            // Every state holds exactly five copies of the query, under names of one round.
            for (var round = 0; !stop.IsCancellationRequested; round++)
            {
                await gallery.UpsertAsync([.. Enumerable.Range(0, 5).Select(i => new GalleryEntry(new MediaId($"best-{i}"), Scaled(query.Embedding, 100 + round)))], Cancellation);
            }
        }, Cancellation);
        for (var search = 0; search < 200; search++)
        {
            var hits = (await gallery.SearchAsync([query], Cancellation))[0].Hits;
            Assert.Equal(Enumerable.Range(0, 5).Select(i => $"best-{i}"), hits.Select(hit => hit.Id.Value));
            Assert.Single(hits.Select(hit => hit.Score).Distinct());
        }

        await stop.CancelAsync();
        await writing;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task SearchAsync_OfEqualItems_LeavesOutWhatIsExcludedOrRemoved(int queries)
    {
        const int d = 64;
        await using var gallery = new MemoryGallery(new EmbeddingFingerprint("test", "", "", 1, d));
        var item = new EmbeddingSet(Draw("random", new Random(3), d), 1, d);
        await gallery.UpsertAsync([.. Enumerable.Range(0, 1000).Select(i => new GalleryEntry(Id(i), item))], Cancellation);
        await gallery.RemoveAsync([.. Enumerable.Range(0, 30).Select(Id)], Cancellation);
        var options = new SearchOptions { Top = 5, Exclude = Enumerable.Range(30, 100).Select(Id).ToHashSet() };

        var found = await gallery.SearchAsync([.. Enumerable.Repeat(new GalleryQuery(item, options), queries)], Cancellation);

        var expected = Enumerable.Range(130, 870).Select(Id).Order().Take(5).ToArray();
        Assert.All(found, result => Assert.Equal(expected, result.Hits.Select(hit => hit.Id)));
    }

    private static void AssertBounded(float[] rows, float[][] queries, int d)
    {
        var codes = RowCodes.Of(rows, d);
        var rounded = new QueryCodes(Array.ConvertAll(queries, query => (ReadOnlyMemory<float>)query), d);
        var products = Multiply(codes.Span, rounded, d);
        for (var q = 0; q < queries.Length; q++)
        {
            for (var row = 0; row < rows.Length / d; row++)
            {
                var values = rows.AsSpan(row * d, d);
                var exact = VectorMath.Dot(queries[q], values);
                var (residual, norm) = RowCodes.BoundsOf(codes.Span, row, d);
                var error = ((residual * rounded.OfResiduals[q]) + (norm * rounded.OfNorms[q])) * rounded.Scales[q];
                var scale = RowCodes.LargestMagnitude(values) / 127;
                Assert.InRange(exact, (products[(q * 64) + row] * scale * rounded.Scales[q]) - error, (products[(q * 64) + row] * scale * rounded.Scales[q]) + error);
                Assert.True(error < 0.5f * VectorMath.Norm(queries[q]) * VectorMath.Norm(values), $"A bound of {error} says nothing.");
            }
        }
    }

    private static unsafe float[] Multiply(ReadOnlySpan<byte> codes, QueryCodes queries, int d)
    {
        var products = new float[QueryCodes.Columns * RowCodes.RowsOfTile];
        fixed (byte* tile = codes)
        fixed (sbyte* levels = queries.Codes)
        fixed (int* offsets = queries.Offsets)
        fixed (float* results = products)
        {
            if (queries.IsSplit)
            {
                CodeProducts.MultiplySplit(tile, RowCodes.BytesOfGroup(d), levels, offsets, results);
            }
            else
            {
                CodeProducts.Multiply(tile, RowCodes.BytesOfGroup(d), levels, offsets, results);
            }
        }

        return products;
    }

    private static async Task AssertEqualAsync(ISimilarity similarity, EmbeddingSet[] items, int queries, Func<EmbeddingSet> draw)
    {
        await using var gallery = new MemoryGallery(new EmbeddingFingerprint("test", "", "", items[0].Vectors, items[0].Dimensions), similarity);
        await gallery.UpsertAsync([.. items.Select((item, i) => new GalleryEntry(Id(i), item) { Properties = new GalleryProperties { Tags = [i % 3 == 0 ? "third" : "other"] } })], Cancellation);
        var removed = Enumerable.Range(0, 50).Select(i => Id(i * 7)).ToHashSet();
        await gallery.RemoveAsync(removed, Cancellation);
        var excluded = Enumerable.Range(0, 20).Select(i => Id(i * 11)).ToHashSet();
        GalleryQuery[] asked =
        [
            .. Enumerable.Range(0, queries).Select(q => new GalleryQuery(draw(), new SearchOptions
            {
                Top = 1 + (6 * q),
                Offset = q,
                Exclude = q % 2 == 0 ? excluded : new HashSet<MediaId>(),
                Filter = q % 3 == 0 ? new GalleryFilter.HasTag("third") : null,
            })),
        ];
        var found = await gallery.SearchAsync(asked, Cancellation);
        for (var q = 0; q < queries; q++)
        {
            var options = asked[q].Options;
            var expected = items.Select((item, i) => (Id: Id(i), Place: i, Score: similarity.Score(asked[q].Embedding, item)))
                .Where(pair => !removed.Contains(pair.Id) && !options.Exclude.Contains(pair.Id) && (options.Filter is null || pair.Place % 3 == 0))
                .Select(pair => pair with { Score = float.IsNaN(pair.Score) ? float.NegativeInfinity : pair.Score })
                .OrderByDescending(pair => pair.Score).ThenBy(pair => pair.Id)
                .Skip(options.Offset).Take(options.Top)
                .Select((pair, i) => new SearchHit(pair.Id, pair.Score, options.Offset + i + 1));
            Assert.Equal(expected, found[q].Hits);
        }
    }

    private static MediaId Id(int n) => new($"item-{n:D4}");

    private static GalleryEntry Entry(int n, float[] values) => new(Id(n), new EmbeddingSet(values, 1, values.Length));

    private static EmbeddingSet Scaled(EmbeddingSet item, float factor) => new(item.Values.ToArray().Select(value => value * factor).ToArray(), 1, item.Dimensions);

    private static float[] Draw(string kind, Random random, int dimensions)
    {
        var values = Enumerable.Range(0, dimensions).Select(_ => (float)((random.NextDouble() + random.NextDouble() + random.NextDouble()) - 1.5)).ToArray();
        return kind switch
        {
            "clustered" => Centre(random.Next(12), dimensions, values, 0.01f),
            "duplicates" => Centre(random.Next(40), dimensions, values, 0),
            "equal" => Centre(0, dimensions, values, 1e-6f),
            "zeros" => random.Next(3) == 0 ? new float[dimensions] : values,
            "sizes" => Times(values, MathF.Pow(10, random.Next(-14, 15))),
            "tiny" => Times(values, 1e-9f),
            "denormal" => Times(values, 1e-39f),
            "huge" => Times(values, random.Next(2) == 0 ? 1e19f : 1),
            "outliers" => [.. values.Select((value, i) => i == 0 ? value * 1e4f : value)],
            "sparse" => [.. values.Select((value, i) => random.Next(8) == 0 ? MathF.Round(value * 2) : 0)],
            _ => values,
        };
    }

    private static float[] Centre(int cluster, int dimensions, float[] noise, float size)
    {
        var random = new Random(cluster + 77);
        return [.. noise.Select(value => random.NextSingle() - 0.5f + (value * size))];
    }

    private static float[] Times(float[] values, float factor) => [.. values.Select(value => value * factor)];
}
