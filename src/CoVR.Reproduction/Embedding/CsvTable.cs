using System.Runtime.CompilerServices;
using CoVR.Data;
using CsvHelper;

namespace CoVR.Reproduction.Embedding;

/// <summary>Reads the rows of a CSV file with a header; every fault names file, line and column.</summary>
/// <remarks>Not safe for use from several threads.</remarks>
internal sealed class CsvTable : IDisposable
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
    /// <exception cref="DatasetFormatException">There is no such file, or it is malformed.</exception>
    public static async Task<CsvTable> OpenAsync(string file, CancellationToken cancellationToken = default)
    {
        var csv = OpenReader(file);
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

    /// <summary>Writes a file, whole or not at all.</summary>
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

    /// <summary>Reads the rows in file order, each with as many fields as the header has.</summary>
    /// <exception cref="DatasetFormatException">A row is malformed.</exception>
    public async IAsyncEnumerable<string[]> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await AdvanceAsync(() => _csv.ReadAsync(cancellationToken).AsTask()).ConfigureAwait(false))
        {
            var fields = new string[Header.Count];
            for (var i = 0; i < fields.Length; i++)
            {
                fields[i] = _csv.GetString(i);
            }

            yield return fields;
        }
    }

    /// <summary>A fault of this file, to be thrown.</summary>
    public DatasetFormatException Fault(long? line, string? field, string reason) => new(_file, line, field, reason);

    /// <inheritdoc/>
    public void Dispose() => _csv.Dispose();

    private async Task<bool> AdvanceAsync(Func<Task<bool>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (CsvFormatException error)
        {
            throw new DatasetFormatException(_file, error.LineNumber > 0 ? error.LineNumber : null, null, error.Message.TrimEnd('.') + ".", error);
        }
    }

    private static CsvReader OpenReader(string file)
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
            throw new DatasetFormatException(file, null, null, "the file does not exist.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetFormatException(file, null, null, $"the file cannot be opened ({error.Message}).", error);
        }
    }
}
