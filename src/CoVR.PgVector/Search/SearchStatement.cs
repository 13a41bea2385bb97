using CoVR.PgVector.Storage;
using CoVR.Retrieval;
using Npgsql;
using Pgvector;

namespace CoVR.PgVector.Search;

/// <summary>One query as a statement: the nearest mean vectors of a table, with what is needed to compare them in full.</summary>
/// <param name="Query">The mean vector of the query [1, 1, D].</param>
/// <param name="Filter">The items to consider; null for all.</param>
/// <param name="Excluded">The keys of items to leave out, in order.</param>
internal sealed record SearchStatement(EmbeddingSet Query, GalleryFilter? Filter, Guid[] Excluded)
{
    /// <summary>Makes the statement.</summary>
    /// <param name="gallery">The gallery.</param>
    /// <param name="index">The index to use; null to compare all items.</param>
    /// <param name="limit">How many rows.</param>
    /// <param name="withTokens">Whether the similarity compares more than mean vectors.</param>
    public NpgsqlBatchCommand ToCommand(GalleryRow gallery, PostgresIndex? index, long limit, bool withTokens)
    {
        var command = new NpgsqlBatchCommand();
        command.Parameters.Add(new() { Value = new Vector(Query.Values) });
        var where = Conditions(command.Parameters);
        var distance = Distance(gallery, index);
        var order = index is null ? "distance, id" : distance;
        command.CommandText = gallery.Union(table => Select(table, distance, where, order, limit, withTokens));
        if (gallery.Shards.Count > 0)
        {
            command.CommandText = $"SELECT * FROM ({command.CommandText}) shards ORDER BY distance + 0{(index is null ? ", id" : "")} LIMIT {limit}";
        }

        return command;
    }

    /// <summary>The statement that counts the items considered, or without a filter those that are left out.</summary>
    public NpgsqlBatchCommand ToCount(GalleryRow gallery)
    {
        var command = new NpgsqlBatchCommand();
        var where = Filter is null ? $" WHERE NOT ({new FilterSql(command.Parameters).Except(Excluded)})" : Conditions(command.Parameters);
        command.CommandText = gallery.Count(where);
        return command;
    }

    /// <summary>The statement that lets the planner estimate how many items pass a filter.</summary>
    public NpgsqlBatchCommand ToEstimate(GalleryRow gallery)
    {
        var command = new NpgsqlBatchCommand();
        var where = (this with { Excluded = [] }).Conditions(command.Parameters);
        command.CommandText = $"EXPLAIN (FORMAT JSON) SELECT FROM {gallery.Table}{where}";
        return command;
    }

    /// <summary>The statement for one table; its limit is a number, which a planner can push down to a shard.</summary>
    private static string Select(string table, string distance, string where, string order, long limit, bool withTokens)
    {
        var tokens = withTokens ? "CASE WHEN tokens IS NULL THEN frames ELSE 1 END, coalesce(tokens, numbers)" : "1, NULL::bytea";
        return $"SELECT key, id, frame_times, embedding::vector, {tokens}, {distance} AS distance FROM {table}{where} ORDER BY {order} LIMIT {limit}";
    }

    /// <summary>Only the bare expression of an index uses the index; a sum does not.</summary>
    private static string Distance(GalleryRow gallery, PostgresIndex? index)
    {
        var vector = gallery.HalfPrecision ? $"$1::vector::{SchemaScripts.VectorType(gallery.Fingerprint.Dimensions, true)}" : "$1::vector";
        return index is { } used ? IndexScripts.Distance(gallery, used) : $"(embedding <#> {vector}) + 0";
    }

    private string Conditions(NpgsqlParameterCollection parameters)
    {
        var sql = new FilterSql(parameters);
        string?[] conditions = [Filter is null ? null : $"({sql.Of(Filter)})", Excluded.Length == 0 ? null : sql.Except(Excluded)];
        return string.Join(" AND ", conditions.OfType<string>()) is { Length: > 0 } all ? $" WHERE {all}" : "";
    }
}
