using System.Buffers;
using System.Globalization;
using System.Text;

namespace CoVR.Modeling.Text;

/// <summary>Cleans, lower-cases and splits a text into words, as the slow Hugging Face tokenizer's <c>BasicTokenizer</c> does.</summary>
/// <remarks>
/// Follows <c>transformers/models/bert/tokenization_bert.py</c> 4.26 with <c>do_lower_case</c>: every code point is
/// lower-cased on its own; control, format, private and unassigned characters vanish (and glue their neighbours); CJK
/// ideographs stand alone; after NFD the non-spacing marks vanish; every punctuation character stands alone. Without lower case, letters and marks stay as they are.
/// </remarks>
internal sealed class BertWordSplitter(List<BertWord> words, bool lowerCase = true)
{
    private static readonly (int First, int Last)[] Ideographs =
    [
        (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
        (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
    ];

    private static readonly SearchValues<char> LettersAndDigits = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    private readonly StringBuilder _word = new();
    private readonly List<Range> _origins = [];

    /// <summary>Appends the words of a part of a text.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where the part starts.</param>
    /// <param name="end">Where it ends.</param>
    public void Split(ReadOnlySpan<char> text, int start, int end)
    {
        for (var at = start; at < end;)
        {
            var plain = _word.Length == 0 ? PlainLength(text[at..end]) : 0;
            if (plain > 0)
            {
                AddPlain(text, at, at + plain);
                at += plain;
                continue;
            }

            var status = Rune.DecodeFromUtf16(text[at..end], out var rune, out var length);
            if (status == OperationStatus.Done)
            {
                Take(rune, at..(at + length));
            }

            at += length;
        }

        EndWord();
    }

    private static bool IsIdeograph(int value) =>
        value >= 0x3400 && Array.Exists(Ideographs, range => value >= range.First && value <= range.Last);

    private static bool IsDropped(Rune rune) =>
        rune.Value is 0 or 0xFFFD
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static bool IsSeparator(Rune rune) =>
        rune.Value is '\t' or '\n' or '\r'
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static bool IsPunctuation(Rune rune) =>
        rune.Value is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    /// <summary>Length of an ASCII word or punctuation mark that no neighbour can change; 0 if there is none here.</summary>
    private static int PlainLength(ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExcept(LettersAndDigits);
        return length switch
        {
            < 0 => text.Length,
            0 => text[0] is > ' ' and < '\u007F' ? 1 : 0,
            _ => text[length] is (>= ' ' and < '\u007F') or '\t' or '\n' or '\r' ? length : 0,
        };
    }

    private void AddPlain(ReadOnlySpan<char> text, int start, int end)
    {
        var word = lowerCase ? string.Create(end - start, text[start..end], static (target, source) => System.Text.Ascii.ToLower(source, target, out _)) : text[start..end].ToString();
        words.Add(new BertWord(word, start..end, true, null));
    }

    private void Take(Rune rune, Range origin)
    {
        if (rune.Value is > ' ' and < 0x7F)
        {
            _word.Append(lowerCase ? char.ToLowerInvariant((char)rune.Value) : (char)rune.Value);
            _origins.Add(origin);
        }
        else if (IsSeparator(rune))
        {
            EndWord();
        }
        else if (IsIdeograph(rune.Value))
        {
            EndWord();
            Append(rune, origin);
            EndWord();
        }
        else if (!IsDropped(rune))
        {
            Append(rune, origin);
        }
    }

    private void Append(Rune rune, Range origin)
    {
        if (lowerCase)
        {
            PythonText.AppendLower(_word, rune);
        }
        else
        {
            _word.Append(rune.ToString());
        }

        while (_origins.Count < _word.Length)
        {
            _origins.Add(origin);
        }
    }

    private void EndWord()
    {
        if (_word.Length == 0)
        {
            return;
        }

        var text = _word.ToString();
        var whole = _origins[0].Start.._origins[^1].End;
        if (lowerCase && !System.Text.Ascii.IsValid(text))
        {
            (text, var origins) = StripAccents(text, _origins);
            SplitPunctuation(new BertWord(text, whole, false, origins));
        }
        else if (whole.End.Value - whole.Start.Value == text.Length)
        {
            SplitPunctuation(new BertWord(text, whole, true, null));
        }
        else
        {
            SplitPunctuation(new BertWord(text, whole, false, [.. _origins]));
        }

        _word.Clear();
        _origins.Clear();
    }

    private static (string Text, Range[] Origins) StripAccents(string text, List<Range> origins)
    {
        var (bare, kept) = (new StringBuilder(text.Length), new List<Range>(text.Length));
        foreach (var (rune, origin) in UnicodeTables.Decompose(text, origins).Where(part => Rune.GetUnicodeCategory(part.Rune) != UnicodeCategory.NonSpacingMark))
        {
            bare.Append(rune);
            kept.AddRange(Enumerable.Repeat(origin, rune.Utf16SequenceLength));
        }

        return (bare.ToString(), [.. kept]);
    }

    private void SplitPunctuation(BertWord word)
    {
        var start = 0;
        for (var at = 0; at < word.Text.Length;)
        {
            var rune = Rune.GetRuneAt(word.Text, at);
            var next = at + rune.Utf16SequenceLength;
            if (IsPunctuation(rune))
            {
                Add(word, start, at);
                Add(word, at, next);
                start = next;
            }

            at = next;
        }

        Add(word, start, word.Text.Length);
    }

    private void Add(BertWord word, int start, int end)
    {
        if (end > start)
        {
            words.Add(word.Part(start, end));
        }
    }
}
