using CoVR.PgVector.Search;
using CoVR.PgVector.Sharding;
using Npgsql;

namespace CoVR.PgVector.Storage;

/// <summary>A gallery of the schema: its row in <c>covr.galleries</c>, apart from what changes.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Address">Gallery, server and database, for messages.</param>
/// <param name="Fingerprint">What made its embeddings.</param>
/// <param name="HalfPrecision">Whether it stores 16-bit floats.</param>
internal sealed record GalleryRow(int Id, string Address, EmbeddingFingerprint Fingerprint, bool HalfPrecision)
{
    /// <summary>The table of its items.</summary>
    public string Table => TableOf(Id);

    /// <summary>The partitions of the table on other servers; empty where it is one table of this server.</summary>
    public IReadOnlyList<Shard> Shards { get; init; } = [];

    /// <summary>The share of the items that are in <see cref="Shards"/>.</summary>
    public double Share => Shards.Count == 0 ? 1 : Math.Round(Shards.Sum(shard => shard.Share), 9);

    /// <summary>
    /// The lock of the coordinator that keeps searches from seeing a write on some servers alone: a write holds it while its servers commit one after the other, readers share
    /// it until they have a snapshot of each.
    /// </summary>
    public string Lock(string function) => $"SELECT pg_advisory_{function}({0x636F7673}, {Id})";

    public static string TableOf(int id) => $"covr.items_{id}";

    /// <summary>A statement for the table, or its union over the shards, which they carry out at the same time.</summary>
    public string Union(Func<string, string> select) => Shards.Count == 0 ? select(Table) : string.Join(" UNION ALL ", Shards.Select(shard => $"({select(shard.Table)})"));

    /// <summary>The statement that counts the items that pass a condition.</summary>
    public string Count(string where) => $"SELECT sum(n)::bigint FROM ({Union(table => $"SELECT count(*) AS n FROM {table}{where}")}) counts";
}

/// <summary>What changes of a gallery, as one search sees it.</summary>
/// <param name="Items">How many there are.</param>
/// <param name="Index">The index that was built; null if there is none.</param>
/// <param name="Recall">The last measurement.</param>
internal sealed record GalleryState(long Items, PostgresIndex? Index, PostgresRecall? Recall)
{
    /// <summary>The columns that <see cref="Read"/> reads.</summary>
    public const string Columns = "items, index_kind, recall, recall_low, recall_high, recall_top, recall_queries, recall_settings, recall_at";

    public static GalleryState Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        reader.IsDBNull(1) ? null : Enum.Parse<PostgresIndex>(reader.GetString(1)),
        reader.IsDBNull(2)
            ? null
            : new PostgresRecall(reader.GetDouble(2), reader.GetDouble(3), reader.GetDouble(4), reader.GetInt32(5), reader.GetInt32(6))
            {
                Settings = reader.GetString(7),
                At = reader.GetFieldValue<DateTimeOffset>(8),
            });
}

/// <summary>A gallery that was found in the database, with what reads and writes it.</summary>
internal sealed record OpenGallery(GalleryRow Row, ItemWriter Writer, GallerySearch Search, string Similarity)
{
    /// <summary>Other processes see a write at once.</summary>
    public GalleryInfo Info { get; } = new(Row.Address, Row.Fingerprint, Similarity) { IsExact = Search.IsExact, Staleness = TimeSpan.Zero };

    /// <summary>Searches with or without servers that are lost.</summary>
    public required PartialSearch Partial { get; init; }
}
