using System.Globalization;
using System.Runtime.CompilerServices;
using CoVR.Data;
using CsvHelper;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Streams the rows of an annotation file; every fault names file, line and field.</summary>
internal sealed class WebVidCoVRCsv(string file)
{
    private const int LargestRecord = 16 << 20;
    private static readonly string[] Required = ["pth1", "pth2", "edit"];
    private static readonly string[] Numbers = ["sim_txt", "sim_vid"];

    /// <summary>Reads the rows in file order.</summary>
    public async IAsyncEnumerable<WebVidCoVRRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var csv = Open();
        var columns = await AdvanceAsync(() => ReadColumnsAsync(csv, cancellationToken)).ConfigureAwait(false);
        for (var number = 0; await AdvanceAsync(() => csv.ReadAsync(cancellationToken).AsTask()).ConfigureAwait(false); number++)
        {
            yield return ReadRow(csv, columns, number);
        }
    }

    private CsvReader Open()
    {
        try
        {
            return CsvReader.FromFile(file, new CsvReaderOptions
            {
                Separator = ',',
                TrackLineNumbers = true,
                MalformedData = CsvMalformedDataHandling.Throw,
                FieldCountMismatch = CsvFieldCountHandling.Throw,
                MaxRecordSize = LargestRecord,
            });
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Fault(null, null, "the annotation file does not exist", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Fault(null, null, $"the annotation file cannot be opened ({error.Message})", error);
        }
    }

    private async Task<T> AdvanceAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (CsvFormatException error)
        {
            throw Fault(error.LineNumber > 0 ? error.LineNumber : null, null, error.Message.TrimEnd('.'), error);
        }
    }

    private async Task<Dictionary<string, int>> ReadColumnsAsync(CsvReader csv, CancellationToken cancellationToken)
    {
        await csv.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        var header = csv.Headers;
        Dictionary<string, int> columns = new(StringComparer.Ordinal);
        for (var i = 0; i < header.Count; i++)
        {
            if (!columns.TryAdd(header[i].Trim(), i))
            {
                throw Fault(1, header[i], "the column is there twice");
            }
        }

        var missing = Required.Where(name => !columns.ContainsKey(name)).ToArray();
        return missing.Length == 0
            ? columns
            : throw Fault(1, missing[0], $"column(s) missing: {string.Join(", ", missing)}; the header has: {string.Join(", ", header)}");
    }

    private WebVidCoVRRow ReadRow(CsvReader csv, Dictionary<string, int> columns, int number)
    {
        var line = csv.LineNumber;
        foreach (var name in Numbers)
        {
            CheckNumber(Optional(name), line, name);
        }

        return new WebVidCoVRRow(
            number,
            line,
            Identity("pth1"),
            Identity("pth2"),
            Optional("txt1"),
            Optional("txt2"),
            Text("edit"),
            Scores(Optional("scores"), line));

        string? Optional(string name) => columns.TryGetValue(name, out var column) ? csv.GetString(column) : null;

        string Text(string name) => Optional(name) is { } value && !string.IsNullOrWhiteSpace(value)
            ? value
            : throw Fault(line, name, "the field is empty");

        string Identity(string name)
        {
            var id = Text(name);
            return Path.IsPathRooted(id) || id.Split('/', '\\').Contains("..")
                ? throw Fault(line, name, $"'{Shorten(id)}' is a path outside the media folder, not an identity such as '1065/1012345'")
                : id;
        }
    }

    private void CheckNumber(string? value, long line, string name)
    {
        if (!string.IsNullOrWhiteSpace(value) && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            throw Fault(line, name, $"'{Shorten(value)}' is no number");
        }
    }

    private float[]? Scores(string? value, long line)
    {
        var text = value.AsSpan().Trim();
        if (text.IsEmpty)
        {
            return null;
        }

        if (text[0] != '[' || text[^1] != ']')
        {
            throw Fault(line, "scores", $"'{Shorten(value)}' is no list such as [0.12, 0.34]");
        }

        text = text[1..^1].Trim();
        List<float> scores = [];
        foreach (var part in text.Split(','))
        {
            var item = text[part].Trim();
            if (item.IsEmpty && text.IsEmpty)
            {
                break;
            }

            scores.Add(float.TryParse(item, NumberStyles.Float, CultureInfo.InvariantCulture, out var score) && float.IsFinite(score)
                ? score
                : throw Fault(line, "scores", $"'{Shorten(item.ToString())}' (entry {scores.Count + 1}) is no finite number"));
        }

        return scores.Count == 0 ? null : [.. scores];
    }

    private DatasetFormatException Fault(long? line, string? field, string reason, Exception? cause = null) => new(file, line, field, reason + ".", cause);

    private static string Shorten(string? text) => text is { Length: > 60 } ? text[..60] + "…" : text ?? "";
}
