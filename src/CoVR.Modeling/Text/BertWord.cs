namespace CoVR.Modeling.Text;

/// <summary>A word or punctuation mark that WordPiece cuts into pieces.</summary>
/// <param name="Text">Lower-cased, without accents.</param>
/// <param name="Origins">For each character of <see cref="Text"/>, the range of the original text it stands for; null when all stand for <see cref="Whole"/>.</param>
/// <param name="Whole">The range of the whole word in the original text.</param>
internal readonly record struct BertWord(string Text, Range[]? Origins, Range Whole)
{
    /// <summary>The range of the original text that part of the word stands for.</summary>
    public Range OriginOf(int start, int length) =>
        Origins is null ? Whole : Origins[start].Start..Origins[start + length - 1].End;
}
