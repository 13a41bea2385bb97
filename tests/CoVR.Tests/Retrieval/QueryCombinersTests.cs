using CoVR.Conformance;
using CoVR.Retrieval;
using Xunit.Sdk;

namespace CoVR.Tests.Retrieval;

public sealed class WeightedSumCombinerTests : QueryCombinerConformance
{
    protected override IQueryCombiner Create() => QueryCombiners.WeightedSum;
}

public sealed class CorrectedCombinerTests : QueryCombinerConformance
{
    protected override IQueryCombiner Create() => QueryCombiners.Corrected();
}

/// <summary>The formulas, over embeddings that can be added by hand, and the suite against combiners that break their contract.</summary>
public sealed class QueryCombinersTests
{
    private static readonly string[] Axes = ["item a", "item b", "red", "large", "item a|red", "item b|red", "item a|red and large", "item a|red and bright", "item b|large"];

    [Fact]
    public async Task WeightedSum_OfWantedAndUnwantedParts_AddsThem()
    {
        var made = await CombineAsync(QueryCombiners.WeightedSum, new ComposedQuery([Item("a"), Text("red") with { Weight = 2 }, Text("large") with { Role = QueryRole.Unwanted, Weight = 2 }]));
        AssertSum(made, ("item a", 1), ("red", 2), ("large", -2));
    }

    [Fact]
    public async Task Corrected_OfTwoPictures_ReadsTheTextInTheLightOfEach()
    {
        var made = await CombineAsync(QueryCombiners.Corrected(), new ComposedQuery([Item("a"), Text("red"), Item("b") with { Weight = 0.5f }]));
        AssertSum(made, ("item a|red", 1), ("item b|red", 0.5f));
    }

    [Fact]
    public async Task Corrected_OfATextOfHalfWeight_GoesHalfTheWay()
    {
        var made = await CombineAsync(QueryCombiners.Corrected(), new ComposedQuery([Item("a"), Text("red"), Text("large") with { Weight = 0.5f }]));
        AssertSum(made, ("item a|red", 0.5f), ("item a|red and large", 0.5f));
    }

    [Fact]
    public async Task Corrected_OfUnwantedAndKeptTexts_ReadsThemAlone()
    {
        var made = await CombineAsync(QueryCombiners.Corrected(unwanted: 0.5, kept: 0.25), new ComposedQuery(
            [Item("a"), Text("red") with { Role = QueryRole.Unwanted, Weight = 2 }, Text("large") with { Role = QueryRole.Kept }]));
        AssertSum(made, ("item a", 1), ("red", -1), ("large", 0.25f));
    }

    [Fact]
    public async Task WeightedSum_OfPartsThatCancelEachOther_IsRefused() => await Assert.ThrowsAsync<QueryException>(() =>
        CombineAsync(QueryCombiners.WeightedSum, new ComposedQuery([Text("red"), Text("red") with { Role = QueryRole.Unwanted }])));

    [Fact]
    public async Task Corrected_OfASecondTurn_JoinsTheTexts()
    {
        var made = await CombineAsync(QueryCombiners.Corrected(), new ComposedQuery([Text("large")], new ComposedQuery([Item("a"), Text("red")])));
        AssertSum(made, ("item a|red and large", 1));
    }

    [Fact]
    public async Task Corrected_OfATurnWithAPictureOfItsOwn_StartsFromIt()
    {
        var made = await CombineAsync(QueryCombiners.Corrected(), new ComposedQuery([Item("b"), Text("large")], new ComposedQuery([Item("a"), Text("red")])));
        AssertSum(made, ("item b|large", 1));
    }

    [Theory]
    [InlineData("two frames")]
    [InlineData("ignores unwanted parts")]
    [InlineData("asks for more than pairs")]
    [InlineData("forgets earlier turns")]
    [InlineData("is random")]
    public async Task Suite_OfABrokenCombiner_Fails(string fault)
    {
        var suite = new BrokenSuite(fault);
        await Assert.ThrowsAnyAsync<XunitException>(() => fault switch
        {
            "two frames" => suite.CombineAsync_OfPartsOfEveryRole_IsOneFrameOfFiniteNumbers(1, 1),
            "ignores unwanted parts" => suite.CombineAsync_WithAnUnwantedPart_MovesAwayFromIt(),
            "asks for more than pairs" => suite.CombineAsync_AsksForPairsOnly(),
            "forgets earlier turns" => suite.CombineAsync_WithAnEarlierTurn_DependsOnIt(),
            _ => suite.CombineAsync_OfTheSameQueryTwice_IsEqualToTheLastBit(),
        });
    }

    private static QueryPart Item(string id) => QueryPart.OfItem(new MediaId(id));

    private static QueryPart Text(string words) => QueryPart.OfText(words);

    private static string KeyOf(ComposedQuery pair) => string.Join('|', pair.Parts.Select(part => part.Text ?? part.ToString()));

    private static EmbeddingSet Axis(string key)
    {
        var values = new float[Axes.Length];
        values[Array.IndexOf(Axes, key)] = 1;
        return new EmbeddingSet(values, 1, values.Length);
    }

    private static async Task<float[]> CombineAsync(IQueryCombiner combiner, ComposedQuery query) =>
        (await combiner.CombineAsync(query, (pairs, _) => Task.FromResult<IReadOnlyList<EmbeddingSet>>([.. pairs.Select(pair => Axis(KeyOf(pair)))]), TestContext.Current.CancellationToken)).Values.ToArray();

    private static void AssertSum(float[] made, params (string Key, float Weight)[] terms)
    {
        var expected = new float[Axes.Length];
        foreach (var (key, weight) in terms)
        {
            expected[Array.IndexOf(Axes, key)] += weight;
        }

        var norm = MathF.Sqrt(expected.Sum(value => value * value));
        Assert.Equal(expected.Select(value => value / norm), made, (a, b) => MathF.Abs(a - b) < 1e-6f);
    }

    private sealed class BrokenSuite(string fault) : QueryCombinerConformance
    {
        protected override IQueryCombiner Create() => new Broken(fault);
    }

    private sealed class Broken(string fault) : IQueryCombiner
    {
        public string Name => fault;

        public async ValueTask<EmbeddingSet> CombineAsync(
            ComposedQuery query, Func<IReadOnlyList<ComposedQuery>, CancellationToken, Task<IReadOnlyList<EmbeddingSet>>> embed, CancellationToken cancellationToken)
        {
            switch (fault)
            {
                case "two frames":
                    return new EmbeddingSet(new float[32], 1, 16, 2);
                case "ignores unwanted parts":
                    query = new ComposedQuery([.. query.Parts.Where(part => part.Role != QueryRole.Unwanted)]);
                    break;
                case "asks for more than pairs":
                    await embed([query], cancellationToken);
                    break;
                case "forgets earlier turns":
                    query = new ComposedQuery(query.Parts);
                    break;
                default:
                    return SampleEmbeddings.Next(Random.Shared, 1, 16);
            }

            return await QueryCombiners.WeightedSum.CombineAsync(query, embed, cancellationToken);
        }
    }
}
