using System.Text;
using CoVR.Data;
using CsvHelper;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Parses the rows of an annotation file, one batch after the other, on one thread.</summary>
internal sealed class WebVidCoVRParser : IDisposable
{
    private readonly string _file;
    private readonly CsvReader _csv;
    private readonly WebVidCoVRColumns _columns;
    private readonly Action<DatasetFormatException>? _onFault;
    private float[] _scores = new float[64];

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="file">The file.</param>
    /// <param name="byRule">Whether edits will be made from the captions.</param>
    /// <param name="onFault">Hears of each malformed row, which is then left out; null to throw at the first.</param>
    /// <exception cref="DatasetFormatException">There is no such file, or its header is malformed.</exception>
    public WebVidCoVRParser(string file, bool byRule, Action<DatasetFormatException>? onFault = null)
    {
        (_file, _onFault) = (file, onFault);
        _csv = CsvTable.OpenReader(file, "annotation file", onFault);
        try
        {
            _columns = Advance(reader => WebVidCoVRColumns.Read(reader, file, byRule));
        }
        catch
        {
            _csv.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _csv.Dispose();

    /// <summary>Adds rows to a batch until it is full; false when there are no more.</summary>
    /// <exception cref="DatasetFormatException">A row is malformed; the batch holds the rows before it.</exception>
    public bool Fill(WebVidCoVRBatch batch)
    {
        while (batch.Count < WebVidCoVRBatch.Capacity)
        {
            if (!Advance(static reader => reader.Read()))
            {
                return false;
            }

            try
            {
                AddRow(batch);
            }
            catch (DatasetFormatException fault) when (_onFault is not null)
            {
                _onFault(fault);
            }
        }

        return true;
    }

    private void AddRow(WebVidCoVRBatch batch)
    {
        var line = _csv.LineNumber;
        CheckNumber(_columns.TextSimilarity, line, "sim_txt");
        CheckNumber(_columns.VisualSimilarity, line, "sim_vid");
        var scores = _columns.Scores < 0 ? [] : Scores(_csv.GetSpan(_columns.Scores), line);
        batch.Identities.Add(_csv.GetSpan(_columns.Reference));
        batch.Identities.Add(_csv.GetSpan(_columns.Target));
        AddText(batch.ReferenceCaptions, _columns.ReferenceCaption);
        AddText(batch.TargetCaptions, _columns.TargetCaption);
        AddText(batch.Edits, _columns.Edit);
        batch.EndRow(line, scores);
    }

    private void AddText(WebVidCoVRBatch.TextColumn texts, int column)
    {
        if (column >= 0)
        {
            texts.Add(_csv.GetSpan(column));
        }
    }

    private void CheckNumber(int column, long line, string name)
    {
        if (column < 0)
        {
            return;
        }

        var value = _csv.GetSpan(column).Trim(" \t"u8);
        if (!value.IsEmpty && !ScoreList.TryNumber(value, out _))
        {
            throw new DatasetFormatException(_file, line, name, $"'{MediaIdentities.Shorten(Encoding.UTF8.GetString(value))}' is no number.");
        }
    }

    private ReadOnlySpan<float> Scores(ReadOnlySpan<byte> value, long line)
    {
        var count = ScoreList.Parse(value, ref _scores, out var fault);
        return fault is null ? _scores.AsSpan(0, count) : throw new DatasetFormatException(_file, line, "scores", fault + ".");
    }

    private T Advance<T>(Func<CsvReader, T> read)
    {
        try
        {
            return read(_csv);
        }
        catch (CsvFormatException error)
        {
            throw CsvTable.Malformed(_file, error);
        }
    }
}
