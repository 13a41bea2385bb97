namespace CoVR.Modeling.Text;

/// <summary>A word or punctuation mark that WordPiece cuts into pieces.</summary>
/// <param name="Text">Lower-cased, without accents.</param>
/// <param name="Whole">The range of the original text that the word stands for.</param>
/// <param name="IsDirect">Whether each character stands for one of <paramref name="Whole"/>, in order.</param>
/// <param name="Origins">Otherwise, for each character of <paramref name="Text"/>, the range it stands for.</param>
internal readonly record struct BertWord(string Text, Range Whole, bool IsDirect, Range[]? Origins)
{
    /// <summary>The range of the original text that part of the word stands for.</summary>
    public Range OriginOf(int start, int length)
    {
        if (IsDirect)
        {
            var first = Whole.Start.Value + start;
            return first..(first + length);
        }

        return Origins is null ? Whole : Origins[start].Start..Origins[start + length - 1].End;
    }

    /// <summary>Part of the word as a word.</summary>
    public BertWord Part(int start, int end) =>
        end - start == Text.Length ? this : new BertWord(Text[start..end], OriginOf(start, end - start), IsDirect, Origins?[start..end]);
}
