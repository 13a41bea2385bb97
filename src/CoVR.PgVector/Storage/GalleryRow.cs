using CoVR.PgVector.Search;
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

    public static string TableOf(int id) => $"covr.items_{id}";
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
}
