using System.Text.Json;
using CoVR.PgVector.Storage;
using Npgsql;
using NpgsqlTypes;

namespace CoVR.PgVector.Search;

/// <summary>Translates filters to conditions with the meaning of <see cref="GalleryFilter.Matches"/>: negations stand at the leaves, where an unknown property passes them.</summary>
/// <param name="parameters">Receives the values.</param>
internal sealed class FilterSql(NpgsqlParameterCollection parameters)
{
    /// <summary>How much of an identity the index for folders holds.</summary>
    public const int IndexedPrefix = 200;

    private const string Nothing = "FALSE";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";

    public string Of(GalleryFilter filter) => Of(filter, isNegated: false);

    /// <summary>The condition that an item is none of these.</summary>
    public string Except(IReadOnlyCollection<Guid> keys) => $"key <> ALL ({Add(keys.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Uuid)})";

    private string Of(GalleryFilter filter, bool isNegated) => filter switch
    {
        GalleryFilter.Not not => Of(not.Filter, !isNegated),
        GalleryFilter.All all => Join(all.Filters, isNegated, isAnd: !isNegated),
        GalleryFilter.Any any => Join(any.Filters, isNegated, isAnd: isNegated),
        _ => isNegated ? Negated(Leaf(filter)) : Leaf(filter).Condition,
    };

    private static string Negated((string? Column, string Condition) leaf) =>
        leaf.Column is null ? $"NOT ({leaf.Condition})" : $"{leaf.Column} IS NULL OR NOT ({leaf.Condition})";

    /// <summary>A condition, and the column that may be unknown.</summary>
    private (string? Column, string Condition) Leaf(GalleryFilter filter) => filter switch
    {
        GalleryFilter.OfKind kind => ("kind", $"kind = {Add((short)kind.Kind, NpgsqlDbType.Smallint)}"),
        GalleryFilter.InFolder folder => (null, InFolder(folder.Folder.TrimEnd('/'))),
        GalleryFilter.Taken taken => ("taken", InRange("taken", taken.From, taken.To)),
        GalleryFilter.Modified modified => ("modified", InRange("modified", modified.From, modified.To)),
        GalleryFilter.FromCamera { Text.Length: 0 } => ("camera", "camera IS NOT NULL"),
        GalleryFilter.FromCamera camera => ("camera", WithText(camera.Text, text => $"strpos(translate(camera, '{Upper}', '{Lower}'), translate({text}, '{Upper}', '{Lower}')) > 0")),
        GalleryFilter.WithLocation => ("has_location", "has_location"),
        GalleryFilter.HasTag tag => (null, WithText(tag.Tag, text => $"tags @> ARRAY[{text}]")),
        GalleryFilter.OwnedBy owner => ("owner", WithText(owner.Owner, text => $"owner = {text}")),
        // A path, because a text would bring a collation, with which no foreign server takes the condition over.
        GalleryFilter.HasMetadata { Value: null } named => ("metadata", ItemKey.IsStorable(named.Name) ? $"metadata @? {Add($"$.{JsonSerializer.Serialize(named.Name)}", NpgsqlDbType.JsonPath)}" : Nothing),
        GalleryFilter.HasMetadata { Value: { } value } pair => ("metadata", ItemKey.IsStorable(pair.Name) && ItemKey.IsStorable(value)
            ? $"metadata @> {Add(JsonSerializer.Serialize(new Dictionary<string, string> { [pair.Name] = value }), NpgsqlDbType.Jsonb)}"
            : Nothing),
        _ => throw new NotSupportedException($"The filter {filter.GetType().Name} is not known to {nameof(PostgresGallery)}."),
    };

    // '0' follows '/', so that the range holds what begins with the folder and a slash.
    private string InFolder(string folder) => folder.Length == 0 ? "TRUE" : WithText(folder + '/', prefix =>
    {
        var begins = $"starts_with(id, {prefix})";
        return folder.Length >= IndexedPrefix ? begins : $"{begins} AND left(id, {IndexedPrefix}) >= {prefix} AND left(id, {IndexedPrefix}) < {Add(folder + '0', NpgsqlDbType.Text)}";
    });

    private string InRange(string column, DateTimeOffset? from, DateTimeOffset? to) => string.Join(" AND ", new[]
    {
        from is null && to is null ? $"{column} IS NOT NULL" : null,
        from is { } first ? $"{column} >= {Add(first.UtcTicks, NpgsqlDbType.Bigint)}" : null,
        to is { } end ? $"{column} < {Add(end.UtcTicks, NpgsqlDbType.Bigint)}" : null,
    }.OfType<string>());

    /// <summary>What PostgreSQL cannot hold, no item has.</summary>
    private string WithText(string text, Func<string, string> condition) => ItemKey.IsStorable(text) ? condition(Add(text, NpgsqlDbType.Text)) : Nothing;

    private string Join(IReadOnlyList<GalleryFilter> filters, bool isNegated, bool isAnd) => filters.Count == 0
        ? isAnd ? "TRUE" : Nothing
        : string.Join(isAnd ? " AND " : " OR ", filters.Select(filter => $"({Of(filter, isNegated)})"));

    private string Add(object value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = type });
        return $"${parameters.Count}";
    }
}
