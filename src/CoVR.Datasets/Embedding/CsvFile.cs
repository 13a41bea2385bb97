using CsvHelper;

namespace CoVR.Datasets.Embedding;

/// <summary>Writes a CSV file as pandas writes it, whole or not at all.</summary>
internal static class CsvFile
{
    /// <summary>Writes a header and rows.</summary>
    /// <param name="path">Where the file shall be; an existing one is replaced when the new one is complete.</param>
    /// <param name="header">The columns.</param>
    /// <param name="rows">As many fields each.</param>
    /// <param name="cancellationToken">Ends the work; an existing file is as before.</param>
    public static async Task WriteAsync(string path, IReadOnlyList<string> header, IAsyncEnumerable<string[]> rows, CancellationToken cancellationToken)
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
}
