using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace CoVR.PgVector.Storage;

/// <summary>The columns of a gallery's items, and how entries are written to and read from them.</summary>
internal static class ItemColumns
{
    /// <summary>What <see cref="ReadItem"/> reads.</summary>
    public const string Item = "id, kind, source, content_hash, size, taken, taken_offset, modified, modified_offset, camera, has_location, location, owner, tags, metadata";

    /// <summary>What <see cref="WriteAsync"/> writes.</summary>
    public const string All = $"{Item}, key, embedding, frames, numbers, tokens, frame_times";

    /// <summary>What <see cref="ReadEntry"/> reads; the vector as floats of 32 bits.</summary>
    public const string Entry = $"{Item}, embedding::vector, frames, numbers, frame_times";

    private const int ItemCount = 15;

    public static async ValueTask WriteAsync(NpgsqlBinaryImporter importer, ItemRow row, CancellationToken cancellationToken)
    {
        await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (value, type) in Values(row))
        {
            if (value is null)
            {
                await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (type is { } known)
            {
                await importer.WriteAsync(value, known, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await importer.WriteAsync(value, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public static GalleryItem ReadItem(NpgsqlDataReader reader) => new(
        new MediaId(reader.GetString(0)),
        new GalleryProperties
        {
            Kind = (MediaKind?)Read<short?>(reader, 1),
            Source = Read<string?>(reader, 2),
            ContentHash = Read<string?>(reader, 3),
            Size = Read<long?>(reader, 4),
            Taken = ReadTime(reader, 5),
            Modified = ReadTime(reader, 7),
            Camera = Read<string?>(reader, 9),
            HasLocation = Read<bool?>(reader, 10),
            Location = Read<string?>(reader, 11),
            Owner = Read<string?>(reader, 12),
            Tags = reader.GetFieldValue<string[]>(13),
            Metadata = reader.IsDBNull(14) ? GalleryProperties.None.Metadata : JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(14))!,
        });

    public static GalleryEntry ReadEntry(NpgsqlDataReader reader, GalleryRow gallery)
    {
        var item = ReadItem(reader);
        var (vectors, dimensions) = (gallery.Fingerprint.Vectors, gallery.Fingerprint.Dimensions);
        var values = reader.IsDBNull(ItemCount + 2)
            ? reader.GetFieldValue<Pgvector.Vector>(ItemCount).Memory
            : Numbers.FromBytes(reader.GetFieldValue<byte[]>(ItemCount + 2), gallery.HalfPrecision);
        var frames = reader.GetInt32(ItemCount + 1);
        return values.Length == (long)frames * vectors * dimensions
            ? new GalleryEntry(item.Id, new EmbeddingSet(values, vectors, dimensions, frames)) { FrameTimes = ReadTimes(reader, ItemCount + 3), Properties = item.Properties }
            : throw new GalleryException(gallery.Address, $"'{item.Id}' has {values.Length} numbers in {gallery.Table} for {frames} x {vectors} x {dimensions}: the row was changed by something else. Remove the item and embed it again.") { Id = item.Id };
    }

    /// <summary>Times of frames; empty where there are none.</summary>
    public static TimeSpan[] ReadTimes(NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? [] : Array.ConvertAll(reader.GetFieldValue<long[]>(ordinal), TimeSpan.FromTicks);

    /// <summary>A time of 100 ns ticks with its offset in minutes, in two columns; null where it is unknown.</summary>
    public static DateTimeOffset? ReadTime(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal)
        ? null
        : new DateTimeOffset(reader.GetInt64(ordinal), TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(reader.GetInt16(ordinal + 1)));

    public static (long? Ticks, short? Offset) TimeOf(DateTimeOffset? time) => (time?.UtcTicks, (short?)time?.TotalOffsetMinutes);

    private static IEnumerable<(object? Value, NpgsqlDbType? Type)> Values(ItemRow row)
    {
        var (entry, properties) = (row.Entry, row.Entry.Properties);
        var (taken, modified) = (TimeOf(properties.Taken), TimeOf(properties.Modified));
        yield return (entry.Id.Value, NpgsqlDbType.Text);
        yield return ((short?)properties.Kind, NpgsqlDbType.Smallint);
        yield return (properties.Source, NpgsqlDbType.Text);
        yield return (properties.ContentHash, NpgsqlDbType.Text);
        yield return (properties.Size, NpgsqlDbType.Bigint);
        yield return (taken.Ticks, NpgsqlDbType.Bigint);
        yield return (taken.Offset, NpgsqlDbType.Smallint);
        yield return (modified.Ticks, NpgsqlDbType.Bigint);
        yield return (modified.Offset, NpgsqlDbType.Smallint);
        yield return (properties.Camera, NpgsqlDbType.Text);
        yield return (properties.HasLocation, NpgsqlDbType.Boolean);
        yield return (properties.Location, NpgsqlDbType.Text);
        yield return (properties.Owner, NpgsqlDbType.Text);
        yield return (properties.Tags.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        yield return (properties.Metadata.Count == 0 ? null : JsonSerializer.Serialize(properties.Metadata), NpgsqlDbType.Jsonb);
        yield return (row.Key, NpgsqlDbType.Uuid);
        yield return (row.Embedding, null);
        yield return (entry.Embedding.Frames, NpgsqlDbType.Integer);
        yield return (row.Numbers, NpgsqlDbType.Bytea);
        yield return (row.Tokens, NpgsqlDbType.Bytea);
        yield return (entry.FrameTimes.Count == 0 ? null : entry.FrameTimes.Select(time => time.Ticks).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
    }

    private static T? Read<T>(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? default : reader.GetFieldValue<T>(ordinal);
}
