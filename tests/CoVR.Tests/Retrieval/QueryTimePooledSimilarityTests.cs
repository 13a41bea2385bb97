using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

[Collection("torch")]
public sealed class QueryTimePooledSimilarityTests
{
    [Fact]
    public void Score_OfFrames_IsTheirSoftmaxWeightedMean()
    {
        var query = new EmbeddingSet(new float[] { 1, 0 }, 1, 2);
        var video = new EmbeddingSet(new float[] { 0.6f, 0.8f, 0.8f, 0.6f, 0, 1 }, 1, 2, 3);
        double[] similarities = [0.6, 0.8, 0];
        double[] weights = [.. similarities.Select(s => Math.Exp(s / 0.25))];
        var expected = similarities.Zip(weights, (s, w) => s * w).Sum() / weights.Sum();
        Assert.Equal(expected, Similarities.QueryTimePooled(0.25).Score(query, video), 1e-6);
        Assert.Equal(1.4 / 3, Similarities.QueryTimePooled(1e6).Score(query, video), 1e-5); // the mean
        Assert.Equal(0.8, Similarities.QueryTimePooled(1e-3).Score(query, video), 1e-6); // the best frame
    }

    [Fact]
    public void Score_OfSeveralVectors_IsThatOfTheirMeans()
    {
        var random = new Random(3);
        var (query, video) = (Draw(random, 4, 6, 1), Draw(random, 4, 6, 5));
        var (meanQuery, meanVideo) = (Means(query), Means(video));
        var similarity = Similarities.QueryTimePooled();
        Assert.Equal(similarity.Score(meanQuery, meanVideo), similarity.Score(query, video), 1e-6);
    }

    [Fact]
    public void Score_OfOneFrame_IsTheMeanPooledProduct()
    {
        var random = new Random(4);
        var (query, picture) = (Draw(random, 4, 6, 1), Draw(random, 4, 6, 1));
        Assert.Equal(Similarities.MeanPooled.Score(query, picture), Similarities.QueryTimePooled().Score(query, picture));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void Search_OfAnyNumberOfQueries_GivesTheSpecifiedScoresAndOrder(int count)
    {
        var random = new Random(9);
        var similarity = Similarities.QueryTimePooled(0.05);
        var index = new ExactIndex(similarity);
        // Pictures and videos of different lengths, over several blocks, with ties.
        EmbeddingSet[] items = [.. Enumerable.Range(0, 1500).Select(i => Draw(random, 1, 32, 1 + (i % 7)))];
        items[700] = items[20];
        for (var i = 0; i < items.Length; i++)
        {
            index.Add(new MediaId($"{i}"), items[i]);
        }

        EmbeddingSet[] queries = [.. Enumerable.Range(0, count).Select(_ => Draw(random, 3, 32, 1))];
        queries[^1] = new EmbeddingSet(items[20].Values[..32], 1, 32);
        var found = index.Search(queries, [.. queries.Select(_ => new SearchOptions { Top = 20 })]);
        for (var q = 0; q < count; q++)
        {
            var expected = items.Select((item, i) => (Score: similarity.Score(queries[q], item), i)).OrderByDescending(pair => pair.Score).ThenBy(pair => pair.i).Take(20);
            Assert.Equal(expected.Select(pair => ($"{pair.i}", pair.Score)), found[q].Select(hit => (hit.Id.Value, hit.Score)));
        }
    }

    [Fact]
    public void Add_FramesToAnIndexOfOneFrame_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new ExactIndex(Similarities.MeanPooled).Add(new MediaId("v"), Draw(new Random(1), 1, 4, 2)));

    [Fact]
    public void Search_WithASimilarityOfOnesOwn_GetsWholeVideos()
    {
        var index = new ExactIndex(new LastFrame());
        index.Add(new MediaId("a"), new EmbeddingSet(new float[] { 1, 1, 0, 0 }, 2, 1, 2));
        index.Add(new MediaId("b"), new EmbeddingSet(new float[] { 0, 0, 0, 2, 1, 3 }, 2, 1, 3));
        Assert.Equal(["b 3 1", "a 0 2"], index.Search([new EmbeddingSet(new float[] { 1 }, 1, 1)], [SearchOptions.Default])[0].Select(hit => $"{hit.Id} {hit.Score} {hit.Rank}"));
    }

    [Fact]
    public void Constructor_WithoutTemperature_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => Similarities.QueryTimePooled(0));

    private static EmbeddingSet Draw(Random random, int vectors, int dimensions, int frames)
    {
        var values = new float[frames * vectors * dimensions];
        for (var start = 0; start < values.Length; start += dimensions)
        {
            for (var i = 0; i < dimensions; i++)
            {
                values[start + i] = random.NextSingle() - 0.5f;
            }

            VectorMath.Normalize(values.AsSpan(start, dimensions));
        }

        return new EmbeddingSet(values, vectors, dimensions, frames);
    }

    private static EmbeddingSet Means(EmbeddingSet item)
    {
        var values = item.Values.ToArray();
        float[] means = [.. values.Chunk(item.Vectors * item.Dimensions).SelectMany(frame =>
            Enumerable.Range(0, item.Dimensions).Select(d => Enumerable.Range(0, item.Vectors).Average(q => frame[(q * item.Dimensions) + d])))];
        return new EmbeddingSet(means, 1, item.Dimensions, item.Frames);
    }

    private sealed class LastFrame : ISimilarity
    {
        public string Name => "last frame, last vector";

        public bool PoolsFrames => true;

        public float Score(EmbeddingSet query, EmbeddingSet candidate) => query.Values.Span[0] * candidate.Values.Span[^1];
    }
}
