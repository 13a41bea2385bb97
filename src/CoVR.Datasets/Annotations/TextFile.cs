using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CoVR.Data;

namespace CoVR.Datasets.Annotations;

/// <summary>Reads text files that users made: UTF-8 with or without a byte order mark, or UTF-16 with one. Invalid bytes are an error, never U+FFFD.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public static class TextFile
{
    private static readonly UTF8Encoding Utf8Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Opens a file as UTF-8 without a byte order mark. A UTF-16 file is converted in memory.</summary>
    /// <param name="file">The file.</param>
    /// <returns>Its bytes, to be disposed of. They are not checked: invalid text in the file is invalid UTF-8 here.</returns>
    /// <exception cref="DatasetFormatException">The file does not exist or cannot be opened.</exception>
    public static Stream Open(string file) => Open(file, "file");

    /// <summary>Reads a whole file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The text.</returns>
    /// <exception cref="DatasetFormatException">The file does not exist, cannot be opened, or is not text; the message names the first such line.</exception>
    public static string Read(string file)
    {
        var bytes = ReadBytes(file, "file");
        return FaultOf(bytes, out var at) is { } fault
            ? throw new DatasetFormatException(file, bytes.AsSpan(0, at).Count((byte)'\n') + 1, null, fault)
            : Utf8Encoding.GetString(bytes);
    }

    /// <summary>Reads the lines of a file.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The lines, without their ends.</returns>
    /// <exception cref="DatasetFormatException">The file does not exist, cannot be opened, or has a line that is not valid text.</exception>
    public static IReadOnlyList<string> ReadLines(string file) => ReadLines(file, "file");

    /// <summary>Reads the distinct texts of a file in file order.</summary>
    /// <param name="path">
    /// <c>.csv</c>: a column; <c>.json</c>: a list of objects whose <c>caption</c> is the text, or of texts; others: one text per line.
    /// </param>
    /// <param name="column">The column of a CSV file.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>At least one text.</returns>
    /// <exception cref="DatasetFormatException">The file is missing, malformed or empty, or a field has no text.</exception>
    public static async Task<IReadOnlyList<string>> ReadTextsAsync(string path, string column = "txt2", CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var texts = Path.GetExtension(path) switch
        {
            ".csv" => await ReadColumnAsync(path, column, cancellationToken).ConfigureAwait(false),
            ".json" => await ReadJsonAsync(path, cancellationToken).ConfigureAwait(false),
            _ => [.. ReadLines(path).Distinct(StringComparer.Ordinal)],
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
        var ids = await ReadTextsAsync(path, column, cancellationToken).ConfigureAwait(false);
        return [.. ids.Where(id => !string.IsNullOrWhiteSpace(id)).Select(id => new MediaId(id.Trim()))];
    }

    /// <summary>Reads the lines of a file; without <paramref name="onFault"/> the first line that is not valid text throws.</summary>
    internal static List<string> ReadLines(string file, string what, Action<DatasetFormatException>? onFault = null)
    {
        ReadOnlySpan<byte> rest = ReadBytes(file, what);
        List<string> lines = [];
        for (var number = 1L; !rest.IsEmpty; number++)
        {
            var end = rest.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var found ? found : rest.Length;
            var line = rest[..end];
            rest = rest[Math.Min(rest.Length, end + (rest[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
            if (FaultOf(line, out _) is not { } reason)
            {
                lines.Add(Utf8Encoding.GetString(line));
                continue;
            }

            var fault = new DatasetFormatException(file, number, null, reason);
            (onFault ?? (error => throw error))(fault);
        }

        return lines;
    }

    /// <inheritdoc cref="Open(string)"/>
    /// <param name="what">The name of the file in messages.</param>
    internal static Stream Open(string file, string what)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        try
        {
            var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.SequentialScan);
            Span<byte> start = stackalloc byte[Mark.Length];
            start = start[..stream.ReadAtLeast(start, Mark.Length, throwOnEndOfStream: false)];
            if (start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            {
                using (stream)
                {
                    return new MemoryStream(FromUtf16(stream, isBigEndian: start[0] == 0xFE), writable: false);
                }
            }

            stream.Position = start.StartsWith(Mark) ? Mark.Length : 0;
            return stream;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var reason = error is FileNotFoundException or DirectoryNotFoundException ? "does not exist." : $"cannot be opened ({error.Message}).";
            throw new DatasetFormatException(file, null, null, $"the {what} {reason}", error);
        }
    }

    /// <summary>Reads what <see cref="Open(string)"/> opens.</summary>
    internal static byte[] ReadBytes(string file, string what)
    {
        using var stream = Open(file, what);
        var bytes = new byte[stream.Length - stream.Position];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>What is wrong with the first invalid bytes; null if all are valid.</summary>
    /// <param name="text">Should be UTF-8.</param>
    /// <param name="at">Where those bytes are.</param>
    internal static string? FaultOf(ReadOnlySpan<byte> text, out int at)
    {
        at = text.IndexOf((byte)0);
        if (Utf8.IsValid(at < 0 ? text : text[..at]))
        {
            return at < 0 ? null : "a text cannot contain a zero byte. If the file is UTF-16, save it with a byte order mark, or as UTF-8.";
        }

        at = 0;
        while (Rune.DecodeFromUtf8(text[at..], out _, out var length) == OperationStatus.Done)
        {
            at += length;
        }

        return text[at..] is [0xED, >= 0xA0, _, ..]
            ? "an unpaired surrogate is not a character."
            : $"byte 0x{text[at]:X2} is not UTF-8. If the file is in another encoding, such as Latin-1, save it as UTF-8.";
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
        return [.. entries.Select(entry => entry.Value.ValueKind == JsonValueKind.Object ? entry.Get("caption").Text() : entry.Text()).Distinct(StringComparer.Ordinal)];
    }

    // Half a surrogate pair becomes the three bytes that UTF-8 would have for it if it allowed them, half a code unit one that UTF-8 never has.
    private static byte[] FromUtf16(FileStream file, bool isBigEndian)
    {
        var bytes = new byte[file.Length - 2];
        file.Position = 2;
        file.ReadExactly(bytes);
        var units = new char[bytes.Length / 2];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = (char)(isBigEndian ? (bytes[2 * i] << 8) | bytes[(2 * i) + 1] : bytes[2 * i] | (bytes[(2 * i) + 1] << 8));
        }

        var (text, written) = (new byte[(3 * units.Length) + 1], 0);
        for (var rest = units.AsSpan(); !rest.IsEmpty;)
        {
            var status = Utf8.FromUtf16(rest, text.AsSpan(written), out var read, out var wrote, replaceInvalidSequences: false);
            rest = rest[read..];
            written += wrote;
            if (status != OperationStatus.Done)
            {
                (text[written++], text[written++], text[written++]) = ((byte)(0xE0 | (rest[0] >> 12)), (byte)(0x80 | ((rest[0] >> 6) & 0x3F)), (byte)(0x80 | (rest[0] & 0x3F)));
                rest = rest[1..];
            }
        }

        if (bytes.Length % 2 > 0)
        {
            text[written++] = 0xFF;
        }

        return text[..written];
    }
}
