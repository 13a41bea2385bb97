using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Drops triplets that contain a caption or a medium of a test set.</summary>
/// <param name="work">The running stage.</param>
internal sealed class LeakCheck(StageWork work)
{
    private static readonly string[] CaptionColumns = ["txt1", "txt2", "caption"];
    private static readonly string[] MediaColumns = ["pth1", "pth2", "id"];

    /// <summary>Compares the table <c>drafts</c> with every test set.</summary>
    /// <returns>The media that they name.</returns>
    /// <exception cref="ConstructionException">A file has none of the columns.</exception>
    public HashSet<string> DropLeaks(IEnumerable<string> testSets, CancellationToken cancellationToken)
    {
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (var path in testSets)
        {
            var (source, columns) = CaptionFiles.Open(work.File, path, tolerant: false, cancellationToken);
            var (captions, media) = (Values(source, columns, CaptionColumns), Values(source, columns, MediaColumns));
            if (captions is null && media is null)
            {
                throw new ConstructionException($"Test set '{path}'", $"it has no column of captions or media; it has: {string.Join(", ", columns)}.");
            }

            var name = Path.GetFileName(path);
            Drop($"caption of the test set {name}", captions is null ? null : Normal(captions), "txt1", "txt2", cancellationToken);
            named.UnionWith(Drop($"medium of the test set {name}", media, "pth1", "pth2", cancellationToken));
        }

        return named;
    }

    private static string? Values(string source, IReadOnlyList<string> columns, string[] wanted)
    {
        string[] found = [.. columns.Where(column => wanted.Contains(column, StringComparer.OrdinalIgnoreCase))];
        return found.Length == 0 ? null : string.Join(" UNION ALL ", found.Select(column => $"SELECT {Sql.Name(column)}::VARCHAR AS value FROM {source}"));
    }

    private static string Normal(string captions) => $"""
        SELECT {Sql.InnerMarks("words")} AS value FROM (SELECT {Sql.Words("lowered")} AS words FROM (SELECT lower(nfc_normalize(coalesce(value, ''))) AS lowered FROM ({captions})))
        """;

    private IReadOnlyList<string> Drop(string reason, string? values, string first, string second, CancellationToken cancellationToken)
    {
        if (values is null)
        {
            return [];
        }

        work.File.Execute($"CREATE TEMP TABLE known AS SELECT DISTINCT value FROM ({values}) WHERE value IS NOT NULL", cancellationToken);
        work.Delete(reason, "drafts", $"{first} IN (SELECT value FROM known) OR {second} IN (SELECT value FROM known)", $"concat({first}, ' / ', {second})", cancellationToken);
        var known = work.File.Read("SELECT value FROM known", row => row.GetString(0), cancellationToken);
        work.File.Execute("DROP TABLE known", cancellationToken);
        return known;
    }
}
