using System.Buffers;

namespace CoVR.Modeling.Text;

/// <summary>Tokens and their ids, ready for longest-match look-ups.</summary>
internal sealed class WordPieceVocabulary
{
    /// <summary>Marks pieces that go on within a word.</summary>
    public const string Continuation = "##";

    private static readonly string[] Required =
        [WordPieceTokenizer.PadToken, WordPieceTokenizer.UnknownToken, WordPieceTokenizer.ClsToken, WordPieceTokenizer.SepToken, WordPieceTokenizer.MaskToken];

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _starts;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _continuations;
    private readonly (string Token, int Id)[] _specials;
    private readonly SearchValues<string> _anySpecial;
    private readonly int _longest;

    /// <summary>Checks and indexes a vocabulary.</summary>
    /// <param name="origin">Named in errors.</param>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="added">Special tokens that follow.</param>
    public WordPieceVocabulary(string origin, IEnumerable<string> vocabulary, IReadOnlyList<string> added)
    {
        List<string> tokens = [.. vocabulary];
        var starts = Index(origin, tokens);
        var continuations = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, id) in starts)
        {
            if (token.StartsWith(Continuation, StringComparison.Ordinal))
            {
                continuations.Add(token[Continuation.Length..], id);
            }

            _longest = Math.Max(_longest, token.Length);
        }

        (_starts, _continuations) = (starts.GetAlternateLookup<ReadOnlySpan<char>>(), continuations.GetAlternateLookup<ReadOnlySpan<char>>());
        Ids = new Dictionary<string, int>(starts, StringComparer.Ordinal);
        foreach (var token in added.Where(token => Ids.TryAdd(RequireText(token), tokens.Count)))
        {
            tokens.Add(token);
        }

        (Tokens, UnknownId) = (tokens, Ids[WordPieceTokenizer.UnknownToken]);
        _specials = [.. Required.Concat(added).Distinct().OrderByDescending(token => token.Length).Select(token => (token, Ids[token]))];
        _anySpecial = SearchValues.Create([.. _specials.Select(special => special.Token)], StringComparison.Ordinal);
    }

    /// <summary>Every token; its position is its id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>Ids by token, added ones included.</summary>
    public Dictionary<string, int> Ids { get; }

    /// <summary>The id of [UNK].</summary>
    public int UnknownId { get; }

    /// <summary>Finds the first special token at or after a position; without one, its start and end are the text's end.</summary>
    public (int Start, int End, int? Id) FindSpecial(ReadOnlySpan<char> text, int from)
    {
        var at = text[from..].IndexOfAny(_anySpecial);
        if (at < 0)
        {
            return (text.Length, text.Length, null);
        }

        foreach (var (token, id) in _specials)
        {
            if (text[(from + at)..].StartsWith(token, StringComparison.Ordinal))
            {
                return (from + at, from + at + token.Length, id);
            }
        }

        throw new InvalidOperationException("The special token is not in the list.");
    }

    /// <summary>Cuts a word into the longest known pieces, from the left.</summary>
    /// <returns>False if some rest is not in the vocabulary.</returns>
    public bool TryCut(ReadOnlySpan<char> word, List<(int Id, int Start, int Length)> pieces)
    {
        for (var start = 0; start < word.Length;)
        {
            var lookup = start == 0 ? _starts : _continuations;
            var length = Math.Min(word.Length - start, _longest);
            var id = 0;
            while (length > 0 && !lookup.TryGetValue(word.Slice(start, length), out id))
            {
                length--;
            }

            if (length == 0)
            {
                return false;
            }

            pieces.Add((id, start, length));
            start += length;
        }

        return true;
    }

    private static Dictionary<string, int> Index(string origin, List<string> tokens)
    {
        if (tokens.Count == 0)
        {
            throw new InvalidDataException($"{origin} is empty.");
        }

        var ids = new Dictionary<string, int>(tokens.Count, StringComparer.Ordinal);
        foreach (var token in tokens)
        {
            if (string.IsNullOrEmpty(token))
            {
                throw new InvalidDataException($"{origin}: line {ids.Count + 1} is empty; every line must hold a token.");
            }

            if (!ids.TryAdd(token, ids.Count))
            {
                throw new InvalidDataException($"{origin}: line {ids.Count + 1} repeats the token '{token}' of line {ids[token] + 1}.");
            }
        }

        var missing = Required.Where(token => !ids.ContainsKey(token)).ToArray();
        return missing.Length == 0
            ? ids
            : throw new InvalidDataException($"{origin} lacks {string.Join(", ", missing)}; it is not a BERT vocabulary.");
    }

    private static string RequireText(string token) =>
        string.IsNullOrEmpty(token) ? throw new ArgumentException("An added token is empty.", nameof(token)) : token;
}
