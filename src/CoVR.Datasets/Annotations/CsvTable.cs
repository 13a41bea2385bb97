using System.Runtime.CompilerServices;
using System.Text;
using CoVR.Data;
using CsvHelper;

namespace CoVR.Datasets.Annotations;

/// <summary>Reads the rows of a CSV file with a header; every fault names file, line and column.</summary>
/// <remarks>Not safe for use from several threads.</remarks>
public sealed class CsvTable : IDisposable
{
    private const int LargestRecord = 16 << 20;
    private readonly string _file;
    private readonly CsvReader _csv;

    private CsvTable(string file, CsvReader csv) => (_file, _csv) = (file, csv);

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Header { get; private set; } = [];

    /// <summary>The line on which the current row begins, counted from 1.</summary>
    public long Line => _csv.LineNumber;

    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="file">The file, as <see cref="TextFile"/> reads it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The table; the caller disposes it.</returns>
    /// <exception cref="DatasetFormatException">The file does not exist or is malformed.</exception>
    public static async Task<CsvTable> OpenAsync(string file, CancellationToken cancellationToken = default)
    {
        var csv = OpenReader(file, "file");
        var table = new CsvTable(file, csv);
        try
        {
            await csv.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
            RequireHeader(csv, file);
            table.Header = [.. csv.Headers];
            return table;
        }
        catch (CsvFormatException error)
        {
            csv.Dispose();
            throw Malformed(file, error);
        }
        catch
        {
            csv.Dispose();
            throw;
        }
    }

    /// <summary>Writes a file atomically.</summary>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <param name="header">The names of the columns.</param>
    /// <param name="rows">The rows, each with one field per column.</param>
    /// <param name="cancellationToken">Cancels the work; nothing is written then.</param>
    /// <returns>A task that completes when the file is written.</returns>
    public static async Task WriteAsync(string path, IReadOnlyList<string> header, IAsyncEnumerable<string[]> rows, CancellationToken cancellationToken = default)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await using (var csv = CsvWriter.Create(file, new CsvWriterOptions { NewLine = "\n", Injection = CsvInjection.None }, leaveOpen: true))
                {
                    await csv.WriteRecordAsync([.. header], cancellationToken).ConfigureAwait(false);
                    await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
                    {
                        await csv.WriteRecordAsync(row, cancellationToken).ConfigureAwait(false);
                    }
                }

                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Opens a strict reader that counts lines.</summary>
    /// <param name="file">The file.</param>
    /// <param name="what">The name of the file in messages.</param>
    /// <param name="onMalformed">Receives each malformed record, which is then skipped; null: the first one throws.</param>
    /// <exception cref="DatasetFormatException">There is no such file, or it cannot be opened.</exception>
    internal static CsvReader OpenReader(string file, string what, Action<DatasetFormatException>? onMalformed = null) =>
        CsvReader.Create(TextFile.Open(file, what), new CsvReaderOptions
        {
            Encoding = Encoding.UTF8,
            Separator = ',',
            TrackLineNumbers = true,
            MalformedData = onMalformed is null ? CsvMalformedDataHandling.Throw : CsvMalformedDataHandling.Skip,
            FieldCountMismatch = onMalformed is null ? CsvFieldCountHandling.Throw : CsvFieldCountHandling.Skip,
            OnMalformedRecord = onMalformed is null ? null : record => onMalformed(new DatasetFormatException(file, record.LineNumber > 0 ? record.LineNumber : null, null, $"the row is malformed ({record.Reason}).")),
            MaxRecordSize = LargestRecord,
        });

    /// <summary>Requires that the names of the columns are text.</summary>
    /// <exception cref="DatasetFormatException">One is none.</exception>
    internal static void RequireHeader(CsvReader csv, string file)
    {
        // Only decoded: the reader keeps no bytes of a header.
        if (csv.Headers.FirstOrDefault(name => name.AsSpan().IndexOfAny('\uFFFD', '\0') >= 0) is { } name)
        {
            throw new DatasetFormatException(file, 1, name, "the header is not UTF-8. If the file is in another encoding, such as Latin-1, save it as UTF-8.");
        }
    }

    /// <summary>Requires that the row that was read last is text.</summary>
    /// <exception cref="DatasetFormatException">It is none; the column is named.</exception>
    internal static void RequireText(CsvReader csv, string file)
    {
        if (TextFile.FaultOf(csv.RawRecord, out _) is not { } fault)
        {
            return;
        }

        for (var i = 0; i < csv.FieldCount && i < csv.Headers.Count; i++)
        {
            if (TextFile.FaultOf(csv.GetSpan(i), out _) is { } reason)
            {
                throw new DatasetFormatException(file, csv.LineNumber, csv.Headers[i], reason);
            }
        }

        throw new DatasetFormatException(file, csv.LineNumber, null, fault);
    }

    /// <summary>The error for a malformed record.</summary>
    internal static DatasetFormatException Malformed(string file, CsvFormatException error) =>
        new(file, error.LineNumber > 0 ? error.LineNumber : null, null, error.Message.TrimEnd('.') + ".", error);

    /// <summary>The position of a column.</summary>
    /// <param name="name">Its name, without surrounding blanks.</param>
    /// <returns>Counted from 0.</returns>
    /// <exception cref="DatasetFormatException">There is no such column.</exception>
    public int Column(string name)
    {
        for (var i = 0; i < Header.Count; i++)
        {
            if (Header[i].Trim() == name)
            {
                return i;
            }
        }

        throw Fault(1, name, $"there is no such column; the header has: {string.Join(", ", Header)}.");
    }

    /// <summary>Reads the rows in file order; <see cref="Line"/> is the line of each.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The rows, each with as many fields as the header has; <see cref="Line"/> is that of the last one.</returns>
    /// <exception cref="DatasetFormatException">A row is malformed.</exception>
    public async IAsyncEnumerable<string[]> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await AdvanceAsync(cancellationToken).ConfigureAwait(false))
        {
            var fields = new string[Header.Count];
            for (var i = 0; i < fields.Length; i++)
            {
                fields[i] = _csv.GetString(i);
            }

            yield return fields;
        }
    }

    /// <summary>Creates an error about this file.</summary>
    /// <param name="line">The line, counted from 1; null: the whole file.</param>
    /// <param name="field">The column; null: the whole line.</param>
    /// <param name="reason">What is there and what was expected.</param>
    /// <returns>The exception.</returns>
    public DatasetFormatException Fault(long? line, string? field, string reason) => new(_file, line, field, reason);

    /// <inheritdoc/>
    public void Dispose() => _csv.Dispose();

    private async Task<bool> AdvanceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await _csv.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            RequireText(_csv, _file);
            return true;
        }
        catch (CsvFormatException error)
        {
            throw Malformed(_file, error);
        }
    }
}
