using Npgsql;
using NpgsqlTypes;

namespace CoVR.PgVector.Storage;

/// <summary>The table of failures, <c>covr.failures</c>.</summary>
internal static class FailureTable
{
    public static NpgsqlCommand Select(NpgsqlConnection connection, GalleryRow gallery)
    {
        var sql =
            $"""
            SELECT id, reason, kind, failed_at, failed_offset, size, modified, modified_offset FROM covr.failures f
            WHERE gallery = $1 AND NOT EXISTS (SELECT FROM {gallery.Table} i WHERE i.key = f.key)
            """;
        return new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = gallery.Id } } };
    }

    public static EmbeddingFailure Read(NpgsqlDataReader reader) => new(
        new MediaId(reader.GetString(0)),
        reader.GetString(1),
        reader.IsDBNull(2) ? null : Enum.Parse<MediaFailure>(reader.GetString(2)),
        ItemColumns.ReadTime(reader, 3)!.Value)
    {
        Size = reader.IsDBNull(5) ? null : reader.GetInt64(5),
        Modified = ItemColumns.ReadTime(reader, 6),
    };

    public static NpgsqlBatchCommand Insert(EmbeddingFailure failure, GalleryRow gallery)
    {
        const string sql =
            """
            INSERT INTO covr.failures (gallery, key, id, reason, kind, failed_at, failed_offset, size, modified, modified_offset) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (gallery, key) DO UPDATE SET (reason, kind, failed_at, failed_offset, size, modified, modified_offset) =
                (EXCLUDED.reason, EXCLUDED.kind, EXCLUDED.failed_at, EXCLUDED.failed_offset, EXCLUDED.size, EXCLUDED.modified, EXCLUDED.modified_offset)
            """;
        var (at, modified) = (ItemColumns.TimeOf(failure.At), ItemColumns.TimeOf(failure.Modified));
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (value, type) in new (object?, NpgsqlDbType)[]
        {
            (gallery.Id, NpgsqlDbType.Integer), (ItemKey.Of(failure.Id), NpgsqlDbType.Uuid), (failure.Id.Value, NpgsqlDbType.Text), (Storable(failure.Reason), NpgsqlDbType.Text),
            (failure.Kind?.ToString(), NpgsqlDbType.Text), (at.Ticks, NpgsqlDbType.Bigint), (at.Offset, NpgsqlDbType.Smallint),
            (failure.Size, NpgsqlDbType.Bigint), (modified.Ticks, NpgsqlDbType.Bigint), (modified.Offset, NpgsqlDbType.Smallint),
        })
        {
            command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        }

        return command;
    }

    /// <summary>A reason may quote any bytes of a file.</summary>
    private static string Storable(string text) => ItemKey.IsStorable(text)
        ? text
        : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? "\uFFFD" : rune.ToString()));
}
