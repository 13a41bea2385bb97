using System.Text.Json;
using CoVR.Data;

namespace CoVR.Datasets.Annotations;

/// <summary>Reads texts or identities from a file, by its extension: <c>.csv</c>, <c>.json</c>, or lines.</summary>
public static class TextList
{
    private const string Caption = "caption";

    /// <summary>Reads the distinct texts of a file in file order.</summary>
    /// <param name="path">
    /// <c>.csv</c>: a column; <c>.json</c>: a list of objects whose <c>caption</c> is the text, or of texts; others: one text per line.
    /// </param>
    /// <param name="column">The column of a CSV file.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>At least one text.</returns>
    /// <exception cref="DatasetFormatException">The file is missing, malformed or empty, or a field has no text.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(string path, string column = "txt2", CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var texts = Path.GetExtension(path) switch
        {
            ".csv" => await ReadColumnAsync(path, column, cancellationToken).ConfigureAwait(false),
            ".json" => await ReadJsonAsync(path, cancellationToken).ConfigureAwait(false),
            _ => [.. StrictText.ReadLines(path).Distinct(StringComparer.Ordinal)],
        };
        return texts.Count > 0 ? texts : throw new DatasetFormatException(path, null, null, "it contains no text.");
    }

    /// <summary>Reads distinct identities, like the reference's <c>--todo_ids</c>.</summary>
    /// <param name="path"><c>.csv</c>: a column; others: one identity per line.</param>
    /// <param name="column">The column of a CSV file.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>At least one identity.</returns>
    /// <exception cref="DatasetFormatException">The file is missing, malformed or empty.</exception>
    public static async Task<IReadOnlyList<MediaId>> ReadIdsAsync(string path, string column = "pth2", CancellationToken cancellationToken = default)
    {
        var ids = await ReadAsync(path, column, cancellationToken).ConfigureAwait(false);
        return [.. ids.Where(id => !string.IsNullOrWhiteSpace(id)).Select(id => new MediaId(id.Trim()))];
    }

    private static async Task<IReadOnlyList<string>> ReadColumnAsync(string path, string column, CancellationToken cancellationToken)
    {
        using var table = await CsvTable.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        var index = table.Column(column);
        var texts = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        await foreach (var row in table.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            texts.TryAdd(row[index].Length > 0 ? row[index] : throw table.Fault(table.Line, column, "the field is empty; a text is expected."), true);
        }

        return [.. texts.Keys];
    }

    private static async Task<IReadOnlyList<string>> ReadJsonAsync(string path, CancellationToken cancellationToken)
    {
        var entries = await JsonAnnotations.ReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        return [.. entries.Select(entry => entry.Value.ValueKind == JsonValueKind.Object ? entry.Get(Caption).Text() : entry.Text()).Distinct(StringComparer.Ordinal)];
    }
}
