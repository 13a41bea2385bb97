using Xunit;

namespace CoVR.Conformance;

/// <summary>What every combiner of queries keeps.</summary>
public abstract class QueryCombinerConformance
{
    private static readonly QueryPart Picture = QueryPart.OfItem(new MediaId("a"));
    private static readonly QueryPart Other = QueryPart.OfItem(new MediaId("b"));
    private static readonly QueryPart Text = QueryPart.OfText("at night");
    private static readonly QueryPart Unwanted = QueryPart.OfText("cars") with { Role = QueryRole.Unwanted };
    private static readonly QueryPart Kept = QueryPart.OfText("snow") with { Role = QueryRole.Kept };

    /// <summary>Makes the combiner under test.</summary>
    protected abstract IQueryCombiner Create();

    [Fact]
    public void Name_OfTwoInstances_IsTheSameText()
    {
        Assert.False(string.IsNullOrWhiteSpace(Create().Name));
        Assert.Equal(Create().Name, Create().Name);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 4)]
    [InlineData(4, 1)]
    public async Task CombineAsync_OfPartsOfEveryRole_IsOneFrameOfFiniteNumbers(int vectors, int vectorsOfTexts)
    {
        var made = await CombineAsync(new ComposedQuery([Picture, Text, Other, Unwanted, Kept]), vectors, vectorsOfTexts);
        Assert.Equal((1, 16), (made.Frames, made.Dimensions));
        Assert.True(made.Vectors == 1 || made.Vectors == vectors);
        Assert.All(made.Values.ToArray(), value => Assert.True(float.IsFinite(value)));
        Assert.Contains(made.Values.ToArray(), value => value != 0);
    }

    [Fact]
    public async Task CombineAsync_OfTheSameQueryTwice_IsEqualToTheLastBit()
    {
        var query = new ComposedQuery([Unwanted], new ComposedQuery([Picture, Text, Other]));
        Assert.Equal((await CombineAsync(query)).Values.ToArray(), (await CombineAsync(query)).Values.ToArray());
    }

    [Fact]
    public async Task CombineAsync_FromSeveralThreads_IsEqualToTheLastBit()
    {
        var (query, combiner) = (new ComposedQuery([Picture, Text, Unwanted]), Create());
        var alone = (await CombineAsync(query)).Values.ToArray();
        await Parallel.ForAsync(0, 16, TestContext.Current.CancellationToken, async (_, token) =>
            Assert.Equal(alone, (await combiner.CombineAsync(query, Embedder(1, 1), token)).Values.ToArray()));
    }

    [Fact]
    public async Task CombineAsync_AsksForPairsOnly()
    {
        var asked = new List<ComposedQuery>();
        await Create().CombineAsync(
            new ComposedQuery([Text with { Weight = 2 }, Kept], new ComposedQuery([Picture, QueryPart.OfText("red"), Other with { Weight = 0.5f }, Unwanted])),
            (queries, token) =>
            {
                asked.AddRange(queries);
                return Embedder(1, 1)(queries, token);
            },
            TestContext.Current.CancellationToken);
        Assert.NotEmpty(asked);
        Assert.All(asked, query =>
        {
            Assert.Null(query.Previous);
            Assert.All(query.Parts, part => Assert.Equal((QueryRole.Wanted, 1f), (part.Role, part.Weight)));
            Assert.True(query.Parts.Count(part => part.Text is null) <= 1 && query.Parts.Count(part => part.Text is not null) <= 1, $"{query} is no pair.");
        });
    }

    [Fact]
    public async Task CombineAsync_WithAnUnwantedPart_MovesAwayFromIt()
    {
        var (plain, without) = (await CombineAsync(new ComposedQuery([Picture, Text, Other])), await CombineAsync(new ComposedQuery([Picture, Text, Other, Unwanted])));
        var cars = Embed(new ComposedQuery(null, "cars"), 1);
        Assert.True(Score(without, cars) < Score(plain, cars));
    }

    [Fact]
    public async Task CombineAsync_WithAHeavierUnwantedPart_MovesFurtherAway()
    {
        var (light, heavy) = (await CombineAsync(new ComposedQuery([Picture, Text, Unwanted with { Weight = 0.5f }])), await CombineAsync(new ComposedQuery([Picture, Text, Unwanted with { Weight = 2 }])));
        var cars = Embed(new ComposedQuery(null, "cars"), 1);
        Assert.True(Score(heavy, cars) < Score(light, cars));
    }

    [Fact]
    public async Task CombineAsync_WithAPartToKeep_MovesTowardsIt()
    {
        var (plain, with) = (await CombineAsync(new ComposedQuery([Picture, Text, Other])), await CombineAsync(new ComposedQuery([Picture, Text, Other, Kept])));
        var snow = Embed(new ComposedQuery(null, "snow"), 1);
        Assert.True(Score(with, snow) > Score(plain, snow));
    }

    [Fact]
    public async Task CombineAsync_WithAnEarlierTurn_DependsOnIt()
    {
        var (first, second) = (await CombineAsync(new ComposedQuery([Text, Kept])), await CombineAsync(new ComposedQuery([Text, Kept], new ComposedQuery([Picture]))));
        Assert.NotEqual(first.Values.ToArray(), second.Values.ToArray());
    }

    [Fact]
    public async Task CombineAsync_WithAPartOfWeightZero_IsAsWithoutIt()
    {
        var (with, without) = (await CombineAsync(new ComposedQuery([Picture, Text, Unwanted, Kept with { Weight = 0 }])), await CombineAsync(new ComposedQuery([Picture, Text, Unwanted])));
        Assert.Equal(without.Values.ToArray(), with.Values.ToArray());
    }

    [Fact]
    public async Task CombineAsync_Cancelled_Stops() => await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        await Create().CombineAsync(new ComposedQuery([Picture, Text, Unwanted]), Embedder(1, 1), new CancellationToken(canceled: true)));

    private async Task<EmbeddingSet> CombineAsync(ComposedQuery query, int vectors = 1, int vectorsOfTexts = 1) =>
        await Create().CombineAsync(query, Embedder(vectors, vectorsOfTexts), TestContext.Current.CancellationToken);

    private static Func<IReadOnlyList<ComposedQuery>, CancellationToken, Task<IReadOnlyList<EmbeddingSet>>> Embedder(int vectors, int vectorsOfTexts) => (queries, token) =>
    {
        token.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<EmbeddingSet>>([.. queries.Select(query => Embed(query, query.Parts.All(part => part.Text is not null) ? vectorsOfTexts : vectors))]);
    };

    // Unit rows that depend on the parts alone.
    private static EmbeddingSet Embed(ComposedQuery query, int vectors) =>
        SampleEmbeddings.Next(new Random(query.ToString().Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter))), vectors, 16);

    private static float Score(EmbeddingSet left, EmbeddingSet right)
    {
        var (a, b) = (left.Values.ToArray(), right.Values.ToArray());
        return a.Zip(b, (x, y) => x * y).Sum() / (MathF.Sqrt(a.Sum(x => x * x)) * MathF.Sqrt(b.Sum(x => x * x)));
    }
}
