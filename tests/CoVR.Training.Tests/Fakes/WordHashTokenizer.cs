using CoVR.Modeling;

namespace CoVR.Training.Tests.Fakes;

/// <summary>One token a word, in [3, 32); 0 pads.</summary>
internal sealed class WordHashTokenizer : ITextTokenizer
{
    public string Clean(string text) => text.ToLowerInvariant();

    public TokenBatch Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false)
    {
        var rows = texts.Select(text => new[] { 1L }.Concat(text.Split(' ').Select(Token)).Take(maxLength - 1).Append(2L).ToArray()).ToArray();
        var length = padToMaxLength ? maxLength : rows.Max(row => row.Length);
        var ids = new long[rows.Length * length];
        var mask = new long[ids.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].CopyTo(ids, i * length);
            Array.Fill(mask, 1, i * length, rows[i].Length);
        }

        return new TokenBatch(ids, mask, rows.Length, length);
    }

    private static long Token(string word) => 3 + (word.Aggregate(7, (hash, letter) => ((hash * 31) + letter) & 0xFFFF) % 29);
}
