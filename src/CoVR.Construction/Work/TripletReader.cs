using CoVR.Construction.Review;

namespace CoVR.Construction.Work;

/// <summary>Reads triplets with the files of their media and the texts to choose from.</summary>
/// <param name="file">The work file, with every stage up to the split.</param>
/// <param name="mediaFolder">Overrides the folder of the media that was collected from.</param>
internal sealed class TripletReader(WorkFile file, string? mediaFolder)
{
    private const int Candidates = 3;

    /// <summary>Opens a finished work file for reading.</summary>
    /// <exception cref="ConstructionException">It does not exist, or has no triplets yet.</exception>
    public static WorkFile Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new ConstructionException($"Work file '{path}'", "it does not exist; check the path, or make it with 'covr construct'.");
        }

        var file = WorkFile.Open(new ConstructionOptions { WorkFile = path });
        if (!file.HasTable("triplets"))
        {
            file.Dispose();
            throw new ConstructionException($"Work file '{path}'", "it has no triplets yet; run all stages of 'covr construct' first.");
        }

        return file;
    }

    /// <summary>Reads triplets in the order of their identities, which is random and always the same.</summary>
    /// <param name="table">The table of triplets, or a view of them.</param>
    /// <param name="condition">Which ones.</param>
    /// <param name="most">The most; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IReadOnlyList<ConstructedTriplet> Read(string table, string condition, int? most, CancellationToken cancellationToken)
    {
        var root = mediaFolder is not null ? Path.GetFullPath(mediaFolder) : file.Read("SELECT path FROM media_folder", row => row.GetString(0), cancellationToken)[0];
        return file.Read($"""
            WITH wanted AS (SELECT {ReviewedTriplets.Id} AS id, * FROM {table} WHERE {condition} ORDER BY id {(most is null ? "" : $"LIMIT {most}")}),
            texts AS (
                SELECT text_a AS txt1, text_b AS txt2, text, place FROM caption_pairs JOIN edits USING (pair) WHERE forward
                UNION ALL SELECT text_b, text_a, text, place FROM caption_pairs JOIN edits USING (pair) WHERE NOT forward),
            files AS (SELECT {Sql.Media} AS media, min(path) AS path FROM items GROUP BY media)
            SELECT id, split, edit, pth1, txt1, a.path, pth2, txt2, b.path, list(text ORDER BY text <> edit, place) AS texts
            FROM wanted LEFT JOIN texts USING (txt1, txt2) LEFT JOIN files a ON a.media = pth1 LEFT JOIN files b ON b.media = pth2
            GROUP BY ALL ORDER BY id
            """,
            row => new ConstructedTriplet(row.GetString(0), MediaOf(row, 3, root), MediaOf(row, 6, root), row.GetString(2))
            {
                Split = row.GetString(1),
                Candidates = [.. row.GetFieldValue<List<string?>>(9).OfType<string>().Prepend(row.GetString(2)).Distinct(StringComparer.Ordinal).Take(Candidates)],
            },
            cancellationToken);
    }

    private static TripletMedia MediaOf(DuckDB.NET.Data.DuckDBDataReader row, int column, string root) =>
        new(row.GetString(column), row.GetString(column + 1), row.IsDBNull(column + 2) ? null : Path.GetFullPath(row.GetString(column + 2), root));
}
