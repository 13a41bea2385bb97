using CoVR.Conformance;
using CoVR.Extensions.AI.VectorData;
using CoVR.Retrieval;
using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.Tests.VectorData;

/// <summary>A gallery in the vector store of the tests, with one way to use it in each derived class.</summary>
public abstract class VectorStoreGalleryConformanceTests<TKey> : GalleryConformance
    where TKey : notnull
{
    private readonly InMemoryVectorStore _store = new();
    private int _made;

    private protected VectorStoreGalleryOptions<TKey> Settings { get; } = new();

    protected virtual ISimilarity Similarity => Similarities.MeanPooled;

    protected override bool CanReopen => true;

    // A change is a round trip of several calls; the suite's count is for galleries of this process.
    protected override int Changes => 1000;

    protected override ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint)
    {
        _made++;
        return ReopenAsync(fingerprint);
    }

    protected override ValueTask<IGallery> ReopenAsync(EmbeddingFingerprint fingerprint) => new(new VectorStoreGallery<TKey>(
        _store.GetCollection<TKey, GalleryRecord<TKey>>($"gallery {_made}", RecordDefinition.Of(fingerprint.Dimensions, Settings)), fingerprint, Similarity, FramePoolings.Mean, Settings));

    protected override float Score(EmbeddingSet query, EmbeddingSet item) => Similarity.Score(query, Similarity.PoolsFrames ? item : FramePoolings.Mean.Pool(item));

    private protected InMemoryVectorStore Store => _store;
}

[Collection("torch")]
public sealed class StringKeyGalleryTests : VectorStoreGalleryConformanceTests<string>;

[Collection("torch")]
public sealed class GuidKeyGalleryTests : VectorStoreGalleryConformanceTests<Guid>
{
    protected override int Vectors => 1;
}

[Collection("torch")]
public sealed class NegativeDotProductGalleryTests : VectorStoreGalleryConformanceTests<ulong>
{
    public NegativeDotProductGalleryTests()
    {
        Settings.DistanceFunction = DistanceFunction.NegativeDotProductSimilarity;
        Store.RefusesLists = true;
    }
}

[Collection("torch")]
public sealed class ApproximateIndexGalleryTests : VectorStoreGalleryConformanceTests<long>
{
    public ApproximateIndexGalleryTests()
    {
        (Settings.IndexKind, Settings.SupportsLists, Settings.Shortlist) = (IndexKind.Hnsw, false, 20);
        Store.MostHits = 30;
    }
}

[Collection("torch")]
public sealed class CosineGalleryTests : VectorStoreGalleryConformanceTests<string>
{
    public CosineGalleryTests() => Settings.DistanceFunction = DistanceFunction.CosineDistance;
}

[Collection("torch")]
public sealed class MaxOverPairsGalleryTests : VectorStoreGalleryConformanceTests<string>
{
    protected override int Vectors => 3;

    protected override ISimilarity Similarity => Similarities.MaxOverPairs;
}

[Collection("torch")]
public sealed class QueryTimePooledGalleryTests : VectorStoreGalleryConformanceTests<string>
{
    protected override ISimilarity Similarity => Similarities.QueryTimePooled(0.05);
}

/// <summary>A gallery in a vector store that is a gallery itself.</summary>
[Collection("torch")]
public sealed class GalleryInGalleryTests : GalleryConformance
{
    protected override int Changes => 1000;

    protected override ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint)
    {
        VectorStoreGalleryOptions<Guid> options = new();
        var store = new GalleryVectorStore(new GalleryParts("", new MemoryGallery(fingerprint with { Vectors = 1 })));
        return new(new VectorStoreGallery<Guid>(
            store.GetCollection<Guid, GalleryRecord<Guid>>("items", RecordDefinition.Of(fingerprint.Dimensions, options)), fingerprint, Similarities.MeanPooled, FramePoolings.Mean, options));
    }

    protected override float Score(EmbeddingSet query, EmbeddingSet item) => Similarities.MeanPooled.Score(query, FramePoolings.Mean.Pool(item));
}
