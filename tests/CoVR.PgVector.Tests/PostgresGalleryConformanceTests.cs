using CoVR.Conformance;
using CoVR.Retrieval;

namespace CoVR.PgVector.Tests;

/// <summary>The contract of galleries on a real server.</summary>
public abstract class PostgresGalleryConformance : GalleryConformance
{
    private string _name = "";

    // 10,000 changes, with a server that is killed, are those of KilledServerTests.
    protected override int Changes => 300;

    protected override bool CanReopen => true;

    protected virtual PostgresGalleryOptions Options => new() { Index = PostgresIndex.None };

    protected override async ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint)
    {
        _name = TestDatabase.NextName();
        var gallery = await ReopenAsync(fingerprint);
        if (Options.Index != PostgresIndex.None)
        {
            await ((PostgresGallery)gallery).BuildIndexAsync(Token);
        }

        return gallery;
    }

    protected override async ValueTask<IGallery> ReopenAsync(EmbeddingFingerprint fingerprint)
    {
        var options = Options;
        options.Name = _name;
        return await TestDatabase.CreateAsync(fingerprint, options);
    }

    protected override float Score(EmbeddingSet query, EmbeddingSet item) => Options.Similarity.Score(query, Options.Similarity.PoolsFrames ? item : Options.Pooling.Pool(item));
}

public sealed class ExactPostgresGalleryTests : PostgresGalleryConformance
{
    protected override int Changes => 2000;
}

public sealed class MaxOverPairsPostgresGalleryTests : PostgresGalleryConformance
{
    protected override PostgresGalleryOptions Options => new()
    {
        Index = PostgresIndex.None,
        Similarity = Similarities.MaxOverPairs,
        Pooling = FramePoolings.Middle,
        Shortlist = int.MaxValue,
    };
}

public sealed class QueryTimePooledPostgresGalleryTests : PostgresGalleryConformance
{
    private static readonly ISimilarity Similarity = Similarities.QueryTimePooled(0.05);

    protected override int Vectors => 1;

    protected override PostgresGalleryOptions Options => new() { Index = PostgresIndex.None, Similarity = Similarity, Shortlist = int.MaxValue };
}

/// <summary>Every search that may goes through the index; what it finds has the exact scores.</summary>
public sealed class IndexedPostgresGalleryTests : PostgresGalleryConformance
{
    protected override PostgresGalleryOptions Options => new() { ExactBelow = 0 };
}

public sealed class BinaryPostgresGalleryTests : PostgresGalleryConformance
{
    protected override PostgresGalleryOptions Options => new() { Index = PostgresIndex.Binary, ExactBelow = 0 };
}

/// <summary>A shortlist by mean vectors through the index, then pairs of tokens.</summary>
public sealed class ShortlistedPostgresGalleryTests : PostgresGalleryConformance
{
    protected override PostgresGalleryOptions Options => new() { ExactBelow = 0, Shortlist = 100, Similarity = Similarities.MaxOverPairs };
}
