namespace CoVR.Modeling.Text;

/// <summary>Turns texts into rows of ids for BLIP and BLIP-2: [CLS], the pieces, [SEP], padding.</summary>
/// <remarks>
/// Follows <c>init_tokenizer</c> of <c>src/model/blip/blip.py</c> and of LAVIS' <c>blip2.py</c>, and the calls of the models
/// (<c>padding</c>, <c>truncation=True</c>, <c>max_length</c>). Immutable and safe for several threads.
/// </remarks>
public sealed class BertTextTokenizer : ITextTokenizer
{
    /// <summary>Starts a text to decode; both families add it.</summary>
    public const string DecToken = "[DEC]";

    /// <summary>Replaces [CLS] in BLIP's multimodal encoder; only BLIP adds it.</summary>
    public const string EncToken = "[ENC]";

    private readonly WordPieceTokenizer _tokenizer;

    /// <summary>Creates a tokenizer.</summary>
    /// <param name="tokenizer">Knows [DEC] and [ENC] if the model needs them.</param>
    internal BertTextTokenizer(WordPieceTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        PadId = Required(WordPieceTokenizer.PadToken);
        UnknownId = Required(WordPieceTokenizer.UnknownToken);
        ClsId = Required(WordPieceTokenizer.ClsToken);
        SepId = Required(WordPieceTokenizer.SepToken);
        MaskId = Required(WordPieceTokenizer.MaskToken);
        (DecId, EncId) = (tokenizer.IdOf(DecToken), tokenizer.IdOf(EncToken));
    }

    /// <summary>The id of [PAD].</summary>
    public int PadId { get; }

    /// <summary>The id of [UNK].</summary>
    public int UnknownId { get; }

    /// <summary>The id of [CLS].</summary>
    public int ClsId { get; }

    /// <summary>The id of [SEP].</summary>
    public int SepId { get; }

    /// <summary>The id of [MASK].</summary>
    public int MaskId { get; }

    /// <summary>The id of [DEC]; null if the tokenizer lacks it.</summary>
    public int? DecId { get; }

    /// <summary>The id of [ENC]; null if the tokenizer lacks it, as in BLIP-2.</summary>
    public int? EncId { get; }

    /// <summary>Number of ids: the vocabulary and the added tokens.</summary>
    public int VocabularySize => _tokenizer.VocabularySize;

    /// <summary>Creates a tokenizer from a vocabulary.</summary>
    /// <param name="vocabulary">The tokens; the position of each is its id.</param>
    /// <param name="addedTokens">Special tokens that follow: [DEC] and [ENC] in BLIP, [DEC] in BLIP-2.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">The vocabulary is empty, lacks a special token, or holds a token twice or an empty one.</exception>
    public static BertTextTokenizer Create(IEnumerable<string> vocabulary, IReadOnlyList<string> addedTokens) => new(new WordPieceTokenizer(vocabulary, addedTokens));

    /// <summary>Creates a tokenizer from a vocabulary file.</summary>
    /// <param name="vocabularyPath">UTF-8, one token a line.</param>
    /// <param name="addedTokens">Special tokens that follow.</param>
    /// <param name="lowerCase">Whether texts are lower-cased and lose their accents, as uncased vocabularies need it.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">The vocabulary is empty, lacks a special token, or holds a token twice or an empty one.</exception>
    public static BertTextTokenizer Load(string vocabularyPath, IReadOnlyList<string> addedTokens, bool lowerCase = true) =>
        new(WordPieceTokenizer.Load(vocabularyPath, addedTokens, lowerCase));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><paramref name="texts"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLength"/> is below 2.</exception>
    public TokenBatch Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        if (texts.Count == 0)
        {
            throw new ArgumentException("There is no text to tokenize.", nameof(texts));
        }

        var rows = new IReadOnlyList<int>[texts.Count];
        for (var row = 0; row < rows.Length; row++)
        {
            ArgumentNullException.ThrowIfNull(texts[row], nameof(texts));
            rows[row] = Pieces(texts[row], maxLength - 2);
        }

        return Fill(rows, padToMaxLength ? maxLength : rows.Max(row => row.Count) + 2);
    }

    private IReadOnlyList<int> Pieces(string text, int maximum) =>
        maximum == 0 ? [] : _tokenizer.EncodeToIds(text, maximum, out _, out _);

    private TokenBatch Fill(IReadOnlyList<int>[] rows, int length)
    {
        var (ids, mask) = (new long[rows.Length * length], new long[rows.Length * length]);
        Array.Fill(ids, PadId);
        for (var row = 0; row < rows.Length; row++)
        {
            var (start, pieces) = (row * length, rows[row]);
            ids[start] = ClsId;
            for (var at = 0; at < pieces.Count; at++)
            {
                ids[start + 1 + at] = pieces[at];
            }

            ids[start + 1 + pieces.Count] = SepId;
            Array.Fill(mask, 1, start, pieces.Count + 2);
        }

        return new TokenBatch(ids, mask, rows.Length, length);
    }

    private int Required(string token) => _tokenizer.IdOf(token) ?? throw new ArgumentException($"The tokenizer lacks {token}.", nameof(token));
}
