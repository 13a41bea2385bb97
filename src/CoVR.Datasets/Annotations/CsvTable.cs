using System.Runtime.CompilerServices;
using CoVR.Data;
using CsvHelper;

namespace CoVR.Datasets;

/// <summary>One row of a CSV file of any columns.</summary>
/// <param name="Line">Its first line in the file, counted from 1.</param>
/// <param name="Fields">As many as the header has.</param>
internal sealed record CsvRow(long Line, string[] Fields);

/// <summary>Streams a CSV file of any columns.</summary>
internal sealed class CsvTable : IDisposable
{
    private const int LargestRecord = 16 << 20;
    private readonly string _file;
    private readonly CsvReader _csv;

    private CsvTable(string file, CsvReader csv) => (_file, _csv) = (file, csv);

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Header { get; private set; } = [];

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="DatasetFormatException">There is no such file, or it is malformed.</exception>
    public static async Task<CsvTable> OpenAsync(string file, CancellationToken cancellationToken)
    {
        var csv = OpenReader(file, "file");
        var table = new CsvTable(file, csv);
        try
        {
            await table.AdvanceAsync(async () =>
            {
                await csv.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            table.Header = [.. csv.Headers];
            return table;
        }
        catch
        {
            csv.Dispose();
            throw;
        }
    }

    /// <summary>Opens a strict reader that counts lines.</summary>
    /// <param name="file">The file.</param>
    /// <param name="what">What the file is called in messages.</param>
    /// <param name="onMalformed">Hears of each malformed record, which is then passed over; null to throw at the first.</param>
    /// <exception cref="DatasetFormatException">There is no such file, or it cannot be opened.</exception>
    public static CsvReader OpenReader(string file, string what, Action<DatasetFormatException>? onMalformed = null)
    {
        try
        {
            return CsvReader.FromFile(file, new CsvReaderOptions
            {
                Separator = ',',
                TrackLineNumbers = true,
                MalformedData = onMalformed is null ? CsvMalformedDataHandling.Throw : CsvMalformedDataHandling.Skip,
                FieldCountMismatch = onMalformed is null ? CsvFieldCountHandling.Throw : CsvFieldCountHandling.Skip,
                OnMalformedRecord = onMalformed is null ? null : record => onMalformed(new DatasetFormatException(file, record.LineNumber > 0 ? record.LineNumber : null, null, $"the row is malformed ({record.Reason}).")),
                MaxRecordSize = LargestRecord,
            });
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DatasetFormatException(file, null, null, $"the {what} does not exist.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetFormatException(file, null, null, $"the {what} cannot be opened ({error.Message}).", error);
        }
    }

    /// <summary>What a malformed record is reported as.</summary>
    public static DatasetFormatException Malformed(string file, CsvFormatException error) =>
        new(file, error.LineNumber > 0 ? error.LineNumber : null, null, error.Message.TrimEnd('.') + ".", error);

    /// <summary>The position of a column.</summary>
    /// <exception cref="DatasetFormatException">There is none of that name.</exception>
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

    /// <summary>Reads the rows in file order.</summary>
    public async IAsyncEnumerable<CsvRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await AdvanceAsync(() => _csv.ReadAsync(cancellationToken).AsTask()).ConfigureAwait(false))
        {
            var fields = new string[Header.Count];
            for (var i = 0; i < fields.Length; i++)
            {
                fields[i] = _csv.GetString(i);
            }

            yield return new CsvRow(_csv.LineNumber, fields);
        }
    }

    public DatasetFormatException Fault(long? line, string? field, string reason) => new(_file, line, field, reason);

    public void Dispose() => _csv.Dispose();

    private async Task<bool> AdvanceAsync(Func<Task<bool>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (CsvFormatException error)
        {
            throw Malformed(_file, error);
        }
    }
}
