using System.Runtime.CompilerServices;
using CoVR.Data;
using CsvHelper;

namespace CoVR.Cli.Commands.Download;

/// <summary>Streams some columns of a CSV file.</summary>
internal static class CsvColumns
{
    private const int LargestRecord = 16 << 20;

    /// <summary>Reads the fields of the named columns, row by row.</summary>
    /// <exception cref="DatasetFormatException">The file cannot be opened, a column is missing, or a row is malformed.</exception>
    public static async IAsyncEnumerable<string[]> ReadAsync(string file, string[] columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var csv = Open(file);
        await TryAsync(file, async () =>
        {
            await csv.ReadHeaderAsync(cancellationToken);
            return true;
        });
        string[] header = [.. csv.Headers.Select(name => name.Trim())];
        int[] indices = [.. columns.Select(name => Array.IndexOf(header, name) is >= 0 and var index
            ? index
            : throw new DatasetFormatException(file, 1, name, $"there is no such column; the header has: {string.Join(", ", header)}."))];
        while (await TryAsync(file, () => csv.ReadAsync(cancellationToken)))
        {
            yield return [.. indices.Select(csv.GetString)];
        }
    }

    private static CsvReader Open(string file)
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
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetFormatException(file, null, null, $"the file cannot be opened ({error.Message}).", error);
        }
    }

    private static async Task<bool> TryAsync(string file, Func<ValueTask<bool>> read)
    {
        try
        {
            return await read();
        }
        catch (CsvFormatException error)
        {
            throw new DatasetFormatException(file, error.LineNumber > 0 ? error.LineNumber : null, null, error.Message.TrimEnd('.') + ".", error);
        }
    }
}
