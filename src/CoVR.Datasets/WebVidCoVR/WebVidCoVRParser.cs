using System.Runtime.CompilerServices;
using System.Text;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CsvHelper;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Parses the rows of an annotation file in batches, on one thread.</summary>
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
    /// <param name="onFault">Receives each malformed row, which is then left out; null to throw at the first.</param>
    /// <exception cref="DatasetFormatException">There is no such file, or its header is malformed.</exception>
    public WebVidCoVRParser(string file, bool byRule, Action<DatasetFormatException>? onFault = null)
    {
        (_file, _onFault) = (file, onFault);
        _csv = CsvTable.OpenReader(file, "annotation file", onFault);
        try
        {
            _columns = WebVidCoVRColumns.Read(_csv, file, byRule);
        }
        catch (CsvFormatException error)
        {
            _csv.Dispose();
            throw CsvTable.Malformed(file, error);
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
    /// <param name="batch">Receives the rows.</param>
    /// <param name="store">Receives their scores and texts.</param>
    /// <exception cref="DatasetFormatException">A row is malformed; the batch holds the rows before it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Fill(WebVidCoVRBatch batch, WebVidCoVRRowStore store)
    {
        while (batch.Count < WebVidCoVRBatch.Capacity)
        {
            if (!Advance())
            {
                return false;
            }

            try
            {
                AddRow(batch, store);
            }
            catch (DatasetFormatException fault) when (_onFault is not null)
            {
                _onFault(fault);
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddRow(WebVidCoVRBatch batch, WebVidCoVRRowStore store)
    {
        var line = _csv.LineNumber;
        CsvTable.RequireText(_csv, _file);
        CheckNumber(_columns.TextSimilarity, line, "sim_txt");
        CheckNumber(_columns.VisualSimilarity, line, "sim_vid");
        var scores = _columns.Scores < 0 ? [] : Scores(_csv.GetSpan(_columns.Scores), line);
        var reference = Text(_columns.ReferenceCaption);
        var target = Text(_columns.TargetCaption);
        var edit = Text(_columns.Edit);
        if (_columns.Edit >= 0)
        {
            CheckEdit(edit, line);
        }

        scores.CopyTo(store.Scores.Reserve(scores.Length, out var scorePlace));
        var room = store.Texts.Reserve(reference.Length + target.Length + edit.Length, out var textPlace);
        reference.CopyTo(room);
        target.CopyTo(room = room[reference.Length..]);
        edit.CopyTo(room[target.Length..]);
        batch.Add(_csv.GetSpan(_columns.Reference), _csv.GetSpan(_columns.Target), new WebVidCoVRRowStore.Entry(
            (uint)line,
            scorePlace,
            scores.Length,
            textPlace,
            _columns.ReferenceCaption < 0 ? -1 : reference.Length,
            _columns.TargetCaption < 0 ? -1 : target.Length,
            edit.Length));
    }

    private ReadOnlySpan<byte> Text(int column) => column < 0 ? [] : _csv.GetSpan(column);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckNumber(int column, long line, string name)
    {
        if (column < 0)
        {
            return;
        }

        var value = _csv.GetSpan(column);
        if (!ScoreList.TryNumber(value, out _) && !value.Trim(" \t"u8).IsEmpty && !ScoreList.TryNumber(value.Trim(" \t"u8), out _))
        {
            throw new DatasetFormatException(_file, line, name, $"'{MediaIdentities.Shorten(Encoding.UTF8.GetString(value.Trim(" \t"u8)))}' is not a number.");
        }
    }

    /// <summary>Requires an edit; identities are checked first, so that the first fault of a row is reported.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CheckEdit(ReadOnlySpan<byte> edit, long line)
    {
        if (Utf8StringPool.IsBlank(edit))
        {
            MediaIdentities.Check(_csv.GetString(_columns.Reference), _file, line, "pth1");
            MediaIdentities.Check(_csv.GetString(_columns.Target), _file, line, "pth2");
            throw new DatasetFormatException(_file, line, "edit", "the field is empty.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<float> Scores(ReadOnlySpan<byte> value, long line)
    {
        var count = ScoreList.Parse(value, ref _scores, out var fault);
        return fault is null ? _scores.AsSpan(0, count) : throw new DatasetFormatException(_file, line, "scores", fault + ".");
    }

    private bool Advance()
    {
        try
        {
            return _csv.Read();
        }
        catch (CsvFormatException error)
        {
            throw CsvTable.Malformed(_file, error);
        }
    }
}
