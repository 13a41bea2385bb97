using System.Runtime.CompilerServices;
using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets.Annotations;

namespace CoVR.Cli.Commands.Download;

/// <summary>One video of a list.</summary>
/// <param name="Id">Its path without <c>.mp4</c>; not checked.</param>
/// <param name="Address">Its address; not checked.</param>
internal readonly record struct ListedVideo(string Id, string Address);

/// <summary>Streams lists of addresses; memory does not grow with the list.</summary>
internal static class VideoAddressList
{
    /// <summary>The extension of video files.</summary>
    public const string Extension = ".mp4";

    private const int FirstBuffer = 1 << 16;
    private const int LongestText = 1 << 20;

    /// <summary>Reads a list in its order.</summary>
    /// <exception cref="DatasetFormatException">There is no such file, or it is neither kind of list.</exception>
    public static async IAsyncEnumerable<ListedVideo> ReadAsync(string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var video in (IsJson(file) ? ReadJsonAsync(file, cancellationToken) : ReadTableAsync(file, cancellationToken)))
        {
            yield return video;
        }
    }

    private static bool IsJson(string file)
    {
        using var stream = TextFile.Open(file);
        for (var item = stream.ReadByte(); item >= 0; item = stream.ReadByte())
        {
            if (item is not (' ' or '\t' or '\r' or '\n'))
            {
                return item is '{' or '[';
            }
        }

        throw new DatasetFormatException(file, null, null, "the list of addresses is empty.");
    }

    private static async IAsyncEnumerable<ListedVideo> ReadTableAsync(string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var table = await CsvTable.OpenAsync(file, cancellationToken);
        var (video, page, address) = (table.Column("videoid"), table.Column("page_dir"), table.Column("contentUrl"));

        // Rows without a page have no place in the layout; WebVid's own script skips them too.
        await foreach (var row in table.ReadAsync(cancellationToken).Where(row => row[page].Length > 0))
        {
            yield return new ListedVideo($"{row[page]}/{row[video]}", row[address]);
        }
    }

    private static async IAsyncEnumerable<ListedVideo> ReadJsonAsync(string file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = TextFile.Open(file);
        var parser = new MapParser(file);
        var (buffer, held) = (new byte[FirstBuffer], 0);
        for (var isEnd = false; !isEnd;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(held), cancellationToken);
            (isEnd, held) = (read == 0, held + read);
            var used = parser.Parse(buffer.AsSpan(0, held), isEnd);
            foreach (var video in parser.Found)
            {
                yield return video;
            }

            buffer.AsSpan(used, held - used).CopyTo(buffer);
            held -= used;
            if (held == buffer.Length)
            {
                Array.Resize(ref buffer, held < LongestText ? 2 * held : throw parser.Fault($"a text is longer than {LongestText} bytes."));
            }
        }
    }

    /// <summary>Parses a JSON object of texts piece by piece.</summary>
    private sealed class MapParser(string file)
    {
        private JsonReaderState _state;
        private string? _key;
        private long _lines = 1;

        /// <summary>The videos of the last piece.</summary>
        public List<ListedVideo> Found { get; } = [];

        /// <summary>Parses the complete tokens of a piece.</summary>
        /// <returns>How many bytes were consumed.</returns>
        public int Parse(ReadOnlySpan<byte> piece, bool isEnd)
        {
            Found.Clear();
            var reader = new Utf8JsonReader(piece, isEnd, _state);
            try
            {
                while (reader.Read())
                {
                    if (!Take(ref reader))
                    {
                        _lines += piece[..(int)reader.TokenStartIndex].Count((byte)'\n');
                        throw Fault($"found {reader.TokenType}, expected an object of paths and addresses, such as {{\"014001_014050/1040338307.mp4\": \"https://…\"}}.");
                    }
                }
            }
            catch (JsonException error)
            {
                throw new DatasetFormatException(file, error.LineNumber + 1, null, $"the list of addresses is no valid JSON ({error.Message})", error);
            }

            catch (InvalidOperationException error)
            {
                _lines += piece[..(int)reader.TokenStartIndex].Count((byte)'\n');
                throw Fault($"the text holds bytes that are not UTF-8, or half of a surrogate pair ({error.Message})");
            }

            _state = reader.CurrentState;
            var used = (int)reader.BytesConsumed;
            _lines += piece[..used].Count((byte)'\n');
            return used;
        }

        public DatasetFormatException Fault(string reason) => new(file, _lines, _key, reason);

        private bool Take(ref Utf8JsonReader reader)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject when reader.CurrentDepth == 0:
                case JsonTokenType.EndObject when reader.CurrentDepth == 0:
                    return true;
                case JsonTokenType.PropertyName:
                    _key = reader.GetString();
                    return true;
                case JsonTokenType.String when _key is not null:
                    Found.Add(new ListedVideo(_key.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) ? _key[..^Extension.Length] : _key, reader.GetString()!));
                    return true;
                default:
                    return false;
            }
        }
    }
}
