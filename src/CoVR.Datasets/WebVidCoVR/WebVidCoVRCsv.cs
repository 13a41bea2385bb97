using System.Text;
using CoVR.Data;
using CsvHelper;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Streams the rows of an annotation file; every fault names file, line and field. Repeated texts are one string.</summary>
/// <param name="file">The file.</param>
/// <param name="byRule">Whether edits will be made from the captions; else <c>txt1</c> is not read.</param>
internal sealed class WebVidCoVRCsv(string file, bool byRule = false)
{
    private const int LargestRecord = 16 << 20;
    private const int RowsBetweenChecks = 4096;
    private const int BlockRows = 1 << 16;

    private TextPool _identities = new();
    private TextPool _texts = new();
    private float[] _scores = new float[16];

    /// <summary>Reads the rows in file order.</summary>
    public WebVidCoVRRows Read(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var csv = Open();
        var columns = Advance(csv, reader => WebVidCoVRColumns.Read(reader, file, byRule));
        var rows = new WebVidCoVRRows();
        while (Advance(csv, static reader => reader.Read()))
        {
            if (rows.Count % RowsBetweenChecks == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            AddRow(csv, columns, rows);
        }

        return rows;
    }

    /// <summary>Reads the rows block by block in file order; nothing is kept between blocks, so that memory does not grow with the file.</summary>
    public IEnumerable<WebVidCoVRRows> ReadBlocks(CancellationToken cancellationToken)
    {
        using var csv = Open();
        var columns = Advance(csv, reader => WebVidCoVRColumns.Read(reader, file, byRule));
        for (var hasMore = true; hasMore;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (_identities, _texts) = (new TextPool(), new TextPool());
            var rows = new WebVidCoVRRows();
            while (rows.Count < BlockRows && (hasMore = Advance(csv, static reader => reader.Read())))
            {
                AddRow(csv, columns, rows);
            }

            yield return rows;
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

    private T Advance<T>(CsvReader csv, Func<CsvReader, T> read)
    {
        try
        {
            return read(csv);
        }
        catch (CsvFormatException error)
        {
            throw Fault(error.LineNumber > 0 ? error.LineNumber : null, null, error.Message.TrimEnd('.'), error);
        }
    }

    private void AddRow(CsvReader csv, WebVidCoVRColumns columns, WebVidCoVRRows rows)
    {
        var line = csv.LineNumber;
        CheckNumber(csv, columns.TextSimilarity, line, "sim_txt");
        CheckNumber(csv, columns.VisualSimilarity, line, "sim_vid");
        rows.Add(
            line,
            Identity(csv.GetSpan(columns.Reference), line, "pth1"),
            Identity(csv.GetSpan(columns.Target), line, "pth2"),
            Optional(csv, columns.ReferenceCaption),
            Optional(csv, columns.TargetCaption),
            columns.Edit < 0 ? "" : Filled(_texts.Get(csv.GetSpan(columns.Edit), out _), line, "edit"),
            columns.Scores < 0 ? [] : Scores(csv.GetSpan(columns.Scores), line));
    }

    private string? Optional(CsvReader csv, int column) => column < 0 ? null : _texts.Get(csv.GetSpan(column), out _);

    private string Filled(string value, long line, string name) =>
        value.Length > 0 && !string.IsNullOrWhiteSpace(value) ? value : throw Fault(line, name, "the field is empty");

    private string Identity(ReadOnlySpan<byte> value, long line, string name)
    {
        var id = _identities.Get(value, out var isNew);
        if (!isNew)
        {
            return id;
        }

        Filled(id, line, name);
        return MediaIdentities.IsInside(id)
            ? id
            : throw Fault(line, name, $"'{MediaIdentities.Shorten(id)}' is a path outside the media folder, not an identity such as '1065/1012345'");
    }

    private void CheckNumber(CsvReader csv, int column, long line, string name)
    {
        if (column < 0)
        {
            return;
        }

        var value = csv.GetSpan(column).Trim(" \t"u8);
        if (!value.IsEmpty && !ScoreList.TryNumber(value, out _))
        {
            throw Fault(line, name, $"'{MediaIdentities.Shorten(Encoding.UTF8.GetString(value))}' is no number");
        }
    }

    private ReadOnlySpan<float> Scores(ReadOnlySpan<byte> value, long line)
    {
        var count = ScoreList.Parse(value, ref _scores, out var fault);
        return fault is null ? _scores.AsSpan(0, count) : throw Fault(line, "scores", fault);
    }

    private DatasetFormatException Fault(long? line, string? field, string reason, Exception? cause = null) => new(file, line, field, reason + ".", cause);
}
