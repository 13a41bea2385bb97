using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Reads files of captions by the database's own readers.</summary>
/// <param name="options">Names of columns.</param>
/// <param name="work">The running stage.</param>
internal sealed class CaptionFiles(CollectOptions options, StageWork work)
{
    private const string Json = "read_json";

    /// <summary>Adds the rows of a file to the table <c>items</c>.</summary>
    /// <exception cref="ConstructionException">Its kind is unknown, or a column is missing.</exception>
    public void Add(string path, CancellationToken cancellationToken)
    {
        var (source, columns) = Open(work.File, path, tolerant: true, cancellationToken);
        var (caption, id, location) = (Column(columns, options.CaptionColumn), Column(columns, options.IdColumn), Column(columns, options.PathColumn));
        if (caption is null || (id ?? location) is null)
        {
            var missing = caption is null ? $"'{options.CaptionColumn}'" : $"'{options.IdColumn}' or '{options.PathColumn}'";
            throw new ConstructionException($"File '{path}'", $"there is no column {missing}; it has: {string.Join(", ", columns)}. Name the columns in the options.");
        }

        var isLost = source.StartsWith(Json, StringComparison.Ordinal) ? $"coalesce({string.Join(", ", columns.Select(Sql.Name))}) IS NULL" : "false";
        Insert(work.File, $"""
            SELECT {id ?? "NULL"}::VARCHAR AS id, {location ?? "NULL"}::VARCHAR AS path, {caption}::VARCHAR AS caption,
                {Column(columns, options.GroupColumn) ?? "NULL"}::VARCHAR AS grp, {Column(columns, options.LicenceColumn) ?? "NULL"}::VARCHAR AS licence
            FROM {source} WHERE NOT ({isLost})
            """, cancellationToken);
        CountRejected(path, cancellationToken);
        if (isLost != "false")
        {
            CountLost(path, source, isLost, cancellationToken);
        }
    }

    /// <summary>How a file is read, and its columns; only a tolerant reader skips lines that are not valid text or rows.</summary>
    /// <exception cref="ConstructionException">Its kind is unknown.</exception>
    public static (string Source, IReadOnlyList<string> Columns) Open(WorkFile file, string path, bool tolerant, CancellationToken cancellationToken)
    {
        var source = FormatOf(path, tolerant) ?? throw new ConstructionException($"File '{path}'", "its kind is unknown; use .csv, .tsv, .jsonl, .ndjson, .parquet, or a folder.");
        var columns = file.Read($"DESCRIBE SELECT * FROM {source}", row => row.GetString(0), cancellationToken);
        return source.StartsWith(Json, StringComparison.Ordinal)
            ? ($"{source[..^1]}, columns = {{{string.Join(", ", columns.Select(column => $"{Sql.Text(column)}: 'VARCHAR'"))}}})", columns) // told so, it reads numbers as the text they are
            : (source, columns);
    }

    /// <summary>Adds rows of (id, path, caption, grp, licence) with their normal form.</summary>
    public static void Insert(WorkFile file, string rows, CancellationToken cancellationToken) => file.Execute($"""
        INSERT INTO items
        SELECT coalesce(id, regexp_replace(path, '\.[^./]+$', '')), path, caption, {Sql.InnerMarks("words")}, grp, licence
        FROM (SELECT *, {Sql.Words("lowered")} AS words FROM (SELECT *, lower(nfc_normalize(coalesce(caption, ''))) AS lowered FROM ({rows})))
        """, cancellationToken);

    private static string? FormatOf(string path, bool tolerant) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csv" => Csv(path, ",", tolerant),
        ".tsv" => Csv(path, "\t", tolerant),
        ".jsonl" or ".ndjson" => $"{Json}({Sql.Text(path)}, format = 'newline_delimited', ignore_errors = {tolerant})",
        ".parquet" => $"read_parquet({Sql.Text(path)})",
        _ => null,
    };

    private static string Csv(string path, string delimiter, bool tolerant) => $"""
        read_csv({Sql.Text(path)}, header = true, all_varchar = true, delim = {Sql.Text(delimiter)}, quote = '"', escape = '"', store_rejects = {tolerant})
        """;

    private static string? Column(IReadOnlyList<string> columns, string name) =>
        columns.FirstOrDefault(column => column.Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found ? Sql.Name(found) : null;

    // The reader of JSON gives an empty row for a line that it cannot read.
    private void CountLost(string path, string source, string isLost, CancellationToken cancellationToken)
    {
        var lines = work.File.Read($"SELECT n FROM (SELECT row_number() OVER () AS n, * FROM {source}) WHERE {isLost} ORDER BY n", row => row.GetInt64(0), cancellationToken);
        work.Drop($"{Path.GetFileName(path)}: no JSON object in UTF-8", lines.Count, lines.Select(line => $"line {line}"));
    }

    private void CountRejected(string path, CancellationToken cancellationToken)
    {
        if (work.File.Number("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'", cancellationToken) == 0)
        {
            return;
        }

        foreach (var (kind, count, lines) in work.File.Read(
            "SELECT error_type::VARCHAR, count(*), string_agg(line, ', ') FROM (SELECT error_type, line, row_number() OVER (PARTITION BY error_type ORDER BY line) AS place FROM reject_errors) GROUP BY error_type",
            row => (row.GetString(0), row.GetInt64(1), row.GetString(2)), cancellationToken))
        {
            work.Drop($"{Path.GetFileName(path)}: {kind.ToLowerInvariant()}", count, [$"line {lines}"]);
        }

        work.File.Execute("DROP TABLE reject_errors; DROP TABLE reject_scans;", cancellationToken);
    }
}
