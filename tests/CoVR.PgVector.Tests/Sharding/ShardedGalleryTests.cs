namespace CoVR.PgVector.Tests.Sharding;

/// <summary>The contract of galleries, kept by one whose items are on three servers.</summary>
public sealed class ShardedGalleryTests : PostgresGalleryConformance
{
    private string _name = "";

    protected override int Changes => 200;

    protected override async ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint)
    {
        _name = TestDatabase.NextName();
        return await (await ShardedDatabases.SharedAsync()).CreateGalleryAsync(fingerprint, Named());
    }

    protected override async ValueTask<IGallery> ReopenAsync(EmbeddingFingerprint fingerprint) => new PostgresGallery((await ShardedDatabases.SharedAsync()).Source, fingerprint, Named());

    private PostgresGalleryOptions Named()
    {
        var options = Options;
        options.Name = _name;
        return options;
    }
}
