using System.ComponentModel.DataAnnotations;
using CoVR.Retrieval;

namespace CoVR.PgVector;

/// <summary>Which index <see cref="PostgresGallery.BuildIndexAsync"/> builds over the mean vectors; what it finds is compared again by the stored numbers.</summary>
public enum PostgresIndex
{
    /// <summary>No index: every search compares all items, and is exact.</summary>
    None,

    /// <summary>HNSW over 16-bit floats (<c>halfvec</c>): up to 4,000 dimensions.</summary>
    Half,

    /// <summary>HNSW over 32-bit floats (<c>vector</c>): up to 2,000 dimensions, twice the size of <see cref="Half"/>.</summary>
    Single,

    /// <summary>HNSW over one bit per dimension: the smallest, for 64,000 dimensions at most; it needs a longer shortlist for the same recall.</summary>
    Binary,
}

/// <summary>How a <see cref="PostgresGallery"/> is stored and searched.</summary>
public sealed class PostgresGalleryOptions
{
    /// <summary>The connection that <c>UsePostgresGallery</c> opens.</summary>
    /// <value>Null by default: the container's <see cref="Npgsql.NpgsqlDataSource"/>.</value>
    public string? ConnectionString { get; set; }

    /// <summary>The key of the container's <see cref="Npgsql.NpgsqlDataSource"/>, where there is no <see cref="ConnectionString"/>.</summary>
    /// <value>Null by default: the one without a key.</value>
    public object? DataSourceKey { get; set; }

    /// <summary>The gallery's name; a database holds any number of galleries.</summary>
    /// <value><c>default</c> by default.</value>
    [Required]
    public string Name { get; set; } = "default";

    /// <summary>Whether the first use creates what is missing (the extension, the schema <c>covr</c>, the gallery) and migrates an older schema, as <see cref="PostgresGallery.CreateAsync"/> does.</summary>
    /// <value>False by default: it needs the right to create.</value>
    public bool CreateIfMissing { get; set; }

    /// <summary>Whether a new gallery stores 16-bit floats: half the space, numbers are rounded by up to 1 in 2,048, and no answer counts as exact.</summary>
    /// <value>False by default.</value>
    public bool HalfPrecision { get; set; }

    /// <summary>The index that <see cref="PostgresGallery.BuildIndexAsync"/> builds.</summary>
    /// <value><see cref="PostgresIndex.Half"/> by default.</value>
    [EnumDataType(typeof(PostgresIndex))]
    public PostgresIndex Index { get; set; } = PostgresIndex.Half;

    /// <summary>Searches among at most this many items, by the gallery's size or the planner's estimate of a filter, compare all of them; others use the index.</summary>
    /// <value>20,000 by default; at least 0.</value>
    [Range(0, int.MaxValue)]
    public int ExactBelow { get; set; } = 20_000;

    /// <summary>How many candidates the index follows in a search (<c>hnsw.ef_search</c>): more find more and take longer.</summary>
    /// <value>200 by default; 1 to 1,000.</value>
    [Range(1, 1000)]
    public int EfSearch { get; set; } = 200;

    /// <summary>
    /// How many of the best items by mean vector, or by <see cref="PostgresIndex.Binary"/>, are compared in full. A similarity other than
    /// <see cref="Similarities.MeanPooled"/> is exact where no more items are considered.
    /// </summary>
    /// <value>1,000 by default; at least 1.</value>
    [Range(1, int.MaxValue)]
    public int Shortlist { get; set; } = 1000;

    /// <summary>The links of an item in the index (<c>m</c>).</summary>
    /// <value>16 by default; 2 to 100.</value>
    [Range(2, 100)]
    public int Links { get; set; } = 16;

    /// <summary>How many candidates the index follows for each item while it is built (<c>ef_construction</c>).</summary>
    /// <value>64 by default; 4 to 1,000, at least twice <see cref="Links"/>.</value>
    [Range(4, 1000)]
    public int EfConstruction { get; set; } = 64;

    /// <summary>
    /// Whether a gallery on several servers (<see cref="PostgresGallery.DistributeAsync"/>) is searched without those that do not answer; <see cref="SearchResult.SearchedShare"/>
    /// says how much of it was searched. All other calls need every server that they concern.
    /// </summary>
    /// <value>False by default: such a search is an error that names the server.</value>
    public bool AllowPartialResults { get; set; }

    /// <summary>How often a call is repeated after a transient error: a lost connection, a restarting server, a deadlock.</summary>
    /// <value>5 by default, after 50 ms and twice as long each time; 0 to 20.</value>
    [Range(0, 20)]
    public int Retries { get; set; } = 5;

    /// <summary>How queries and items are compared; <c>UsePostgresGallery</c> takes the pipeline's.</summary>
    /// <value><see cref="Similarities.MeanPooled"/> by default.</value>
    public ISimilarity Similarity { get; set; } = Similarities.MeanPooled;

    /// <summary>Pools an item's frames; <c>UsePostgresGallery</c> takes the pipeline's. A gallery keeps the pooling that it was created with.</summary>
    /// <value><see cref="FramePoolings.Mean"/> by default.</value>
    public IFramePooling Pooling { get; set; } = FramePoolings.Mean;
}
