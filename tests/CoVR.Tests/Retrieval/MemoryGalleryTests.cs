using CoVR.Conformance;
using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

[Collection("torch")]
public sealed class MeanPooledMemoryGalleryTests : GalleryConformance
{
    protected override ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint) => new(new MemoryGallery(fingerprint));

    protected override float Score(EmbeddingSet query, EmbeddingSet item) => Similarities.MeanPooled.Score(query, FramePoolings.Mean.Pool(item));
}

[Collection("torch")]
public sealed class MaxOverPairsMemoryGalleryTests : GalleryConformance
{
    private static readonly MaxOverPairsSimilarity Similarity = new();

    protected override int Vectors => 3;

    protected override ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint) => new(new MemoryGallery(fingerprint, Similarity, FramePoolings.Middle));

    protected override float Score(EmbeddingSet query, EmbeddingSet item) => Similarity.Score(query, FramePoolings.Middle.Pool(item));
}

[Collection("torch")]
public sealed class QueryTimePooledMemoryGalleryTests : GalleryConformance
{
    private static readonly QueryTimePooledSimilarity Similarity = new(0.05);

    protected override int Vectors => 1;

    protected override ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint) => new(new MemoryGallery(fingerprint, Similarity));

    protected override float Score(EmbeddingSet query, EmbeddingSet item) => Similarity.Score(query, item);
}

[Collection("torch")]
public sealed class CustomSimilarityMemoryGalleryTests : GalleryConformance
{
    private static readonly NegativeDistance Similarity = new();

    protected override int Changes => 2000;

    protected override ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint) => new(new MemoryGallery(fingerprint, Similarity));

    protected override float Score(EmbeddingSet query, EmbeddingSet item) => Similarity.Score(query, FramePoolings.Mean.Pool(item));

    private sealed class NegativeDistance : ISimilarity
    {
        public string Name => "negative distance";

        public float Score(EmbeddingSet query, EmbeddingSet candidate)
        {
            var sum = 0f;
            for (var i = 0; i < query.Values.Length; i++)
            {
                var difference = query.Values.Span[i] - candidate.Values.Span[i];
                sum -= difference * difference;
            }

            return sum;
        }
    }
}

[Collection("torch")]
public sealed class MemoryGalleryTests
{
    private static readonly EmbeddingFingerprint Fingerprint = new("model", new string('a', 64), "4 pixels", 1, 256);

    [Fact]
    public async Task UpsertAsync_OfEntriesOfOneRow_KeepsTheirNumbersOnce()
    {
        await using var gallery = new MemoryGallery(Fingerprint);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 20_000; i++)
        {
            await gallery.UpsertAsync([new GalleryEntry(new MediaId($"{i}"), SampleEmbeddings.Next(new Random(i), 1, 256))], TestContext.Current.CancellationToken);
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / 20_000.0;
        // And the row's codes.
        Assert.InRange(each, 1024 + 268, 1024 + 268 + 400);
    }

    [Fact]
    public async Task UpsertAsync_WithAMeanThatIsNotFinite_IsRefused()
    {
        await using var gallery = new MemoryGallery(Fingerprint with { Dimensions = 1 });
        var entry = new GalleryEntry(new MediaId("a"), new EmbeddingSet(new[] { float.MaxValue, float.MaxValue }, 1, 1, frames: 2));
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await gallery.UpsertAsync([entry], TestContext.Current.CancellationToken));
        Assert.Equal(entry.Id, error.Id);
    }
}
