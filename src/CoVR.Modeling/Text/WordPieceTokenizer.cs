using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Microsoft.ML.Tokenizers;

namespace CoVR.Modeling.Text;

/// <summary>WordPiece with the results of the slow Hugging Face <c>BertTokenizer</c> (uncased) that the reference uses.</summary>
/// <remarks>
/// <para>Follows <c>transformers/models/bert/tokenization_bert.py</c> 4.26 (Devlin et al., "BERT", 2018): special tokens that
/// stand literally in a text are kept whole; other text is cleaned, lower-cased and split; each word is cut greedily into the
/// longest pieces of the vocabulary; words longer than 100 code points and words that cannot be cut become [UNK].</para>
/// <para>Neither [CLS] nor [SEP] is added here (see <see cref="BertTextTokenizer"/>). Normalisation and splitting are part of
/// the algorithm: the flags <c>considerNormalization</c> and <c>considerPreTokenization</c> of the base class change nothing.
/// Immutable and safe for several threads.</para>
/// </remarks>
internal sealed class WordPieceTokenizer : Tokenizer
{
    /// <summary>The padding token.</summary>
    public const string PadToken = "[PAD]";

    /// <summary>Stands for words that the vocabulary cannot spell.</summary>
    public const string UnknownToken = "[UNK]";

    /// <summary>Opens every text.</summary>
    public const string ClsToken = "[CLS]";

    /// <summary>Closes every text.</summary>
    public const string SepToken = "[SEP]";

    /// <summary>The mask token.</summary>
    public const string MaskToken = "[MASK]";

    private const int MaximalWordLength = 100;
    private readonly WordPieceVocabulary _vocabulary;
    private readonly bool _lowerCase;

    /// <summary>Creates a tokenizer.</summary>
    /// <param name="vocabulary">The tokens; the position of each is its id.</param>
    /// <param name="addedTokens">Special tokens that get the ids after the vocabulary's (one that the vocabulary holds keeps its id).</param>
    /// <exception cref="InvalidDataException">The vocabulary is empty, lacks a special token, or holds a token twice or an empty one.</exception>
    public WordPieceTokenizer(IEnumerable<string> vocabulary, IReadOnlyList<string>? addedTokens = null)
        : this("The vocabulary", vocabulary, addedTokens)
    {
    }

    private WordPieceTokenizer(string origin, IEnumerable<string> vocabulary, IReadOnlyList<string>? addedTokens, bool lowerCase = true)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        (_vocabulary, _lowerCase) = (new WordPieceVocabulary(origin, vocabulary, addedTokens ?? []), lowerCase);
    }

    /// <summary>Number of ids, added tokens included.</summary>
    public int VocabularySize => _vocabulary.Tokens.Count;

    /// <summary>Reads a vocabulary file (<c>vocab.txt</c>): one token a line, UTF-8 or UTF-16 with a byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="addedTokens">Special tokens that get the ids after the vocabulary's.</param>
    /// <param name="lowerCase">Whether texts are lower-cased and lose their accents, as uncased vocabularies need it.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">The file is not text, or the vocabulary is empty, lacks a special token, or holds a token twice or an empty one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WordPieceTokenizer Load(string path, IReadOnlyList<string>? addedTokens = null, bool lowerCase = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new WordPieceTokenizer(path, ReadLines(path, File.ReadAllBytes(path)), addedTokens, lowerCase);
    }

    /// <summary>Reads a vocabulary from a stream, likewise.</summary>
    /// <param name="stream">Read to its end; not closed.</param>
    /// <param name="addedTokens">Special tokens that get the ids after the vocabulary's.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">The stream is not text, or the vocabulary is empty, lacks a special token, or holds a token twice or an empty one.</exception>
    public static WordPieceTokenizer Load(Stream stream, IReadOnlyList<string>? addedTokens = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return new WordPieceTokenizer("The vocabulary", ReadLines("The vocabulary", bytes.ToArray()), addedTokens);
    }

    /// <summary>The id of a token.</summary>
    /// <param name="token">As the vocabulary spells it, for example <c>[SEP]</c> or <c>##ing</c>.</param>
    /// <returns>Its id, or null if there is no such token.</returns>
    public int? IdOf(string token) => _vocabulary.Ids.TryGetValue(token, out var id) ? id : null;

    /// <inheritdoc/>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        (idsConsumed, charsWritten) = (0, 0);
        foreach (var id in ids)
        {
            if (id < 0 || id >= VocabularySize)
            {
                return OperationStatus.InvalidData;
            }

            var token = _vocabulary.Tokens[id];
            var glued = token.StartsWith(WordPieceVocabulary.Continuation, StringComparison.Ordinal) && idsConsumed > 0;
            var piece = glued ? token[WordPieceVocabulary.Continuation.Length..] : idsConsumed > 0 ? " " + token : token;
            if (!piece.TryCopyTo(destination[charsWritten..]))
            {
                return OperationStatus.DestinationTooSmall;
            }

            charsWritten += piece.Length;
            idsConsumed++;
        }

        return OperationStatus.Done;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var span = text is null ? textSpan : text.AsSpan();
        var tokens = new List<EncodedToken>();
        var complete = Encode(span, settings.MaxTokenCount, (id, origin) => tokens.Add(new EncodedToken(id, _vocabulary.Tokens[id], origin)));
        return new EncodeResults<EncodedToken>
        {
            Tokens = tokens,
            CharsConsumed = complete ? span.Length : tokens.Count == 0 ? 0 : tokens[^1].Offset.End.Value,
        };
    }

    /// <inheritdoc/>
    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var span = text is null ? textSpan : text.AsSpan();
        var (ids, end) = (new List<int>(), 0);
        var complete = Encode(span, settings.MaxTokenCount, (id, origin) =>
        {
            ids.Add(id);
            end = origin.End.Value;
        });
        return new EncodeResults<int> { Tokens = ids, CharsConsumed = complete ? span.Length : end };
    }

    private static List<string> ReadLines(string origin, byte[] bytes)
    {
        Encoding encoding = bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
            ? new UnicodeEncoding(bigEndian: bytes[0] == 0xFE, byteOrderMark: true, throwOnInvalidBytes: true)
            : new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);
        using var reader = new StreamReader(new MemoryStream(bytes), encoding, detectEncodingFromByteOrderMarks: false);
        var lines = new List<string>();
        try
        {
            while (reader.ReadLine() is { } line)
            {
                lines.Add(line);
            }

            return lines;
        }
        catch (DecoderFallbackException error)
        {
            var number = 1;
            foreach (var line in bytes.AsSpan().Split((byte)'\n'))
            {
                if (!Utf8.IsValid(bytes.AsSpan(line)))
                {
                    break;
                }

                number++;
            }

            throw new InvalidDataException($"{origin}: line {number} is not UTF-8.", error);
        }
    }

    private bool Encode(ReadOnlySpan<char> text, int maximum, Action<int, Range> add)
    {
        var remaining = maximum;
        var words = new List<BertWord>();
        var splitter = new BertWordSplitter(words, _lowerCase);
        for (var start = 0; start <= text.Length;)
        {
            var special = _vocabulary.FindSpecial(text, start);
            splitter.Split(text, start, special.Start);
            if (!AddPieces(words, ref remaining, add))
            {
                return false;
            }

            if (special.Id is not { } id)
            {
                break;
            }

            if (remaining-- <= 0)
            {
                return false;
            }

            add(id, special.Start..special.End);
            start = special.End;
        }

        return true;
    }

    private bool AddPieces(List<BertWord> words, ref int remaining, Action<int, Range> add)
    {
        var pieces = new List<(int Id, int Start, int Length)>();
        foreach (var word in words)
        {
            pieces.Clear();
            if (LengthInCodePoints(word.Text) > MaximalWordLength || !_vocabulary.TryCut(word.Text, pieces))
            {
                pieces.Clear();
                pieces.Add((_vocabulary.UnknownId, 0, word.Text.Length));
            }

            foreach (var (id, start, length) in pieces)
            {
                if (remaining-- <= 0)
                {
                    return false;
                }

                add(id, word.OriginOf(start, length));
            }
        }

        words.Clear();
        return true;
    }

    private static int LengthInCodePoints(string word)
    {
        var length = word.Length;
        foreach (var unit in word)
        {
            length -= char.IsLowSurrogate(unit) ? 1 : 0;
        }

        return length;
    }
}
