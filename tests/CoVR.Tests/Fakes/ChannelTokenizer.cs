using CoVR.Modeling;

namespace CoVR.Tests.Fakes;

/// <summary>Knows three words, the channels; other words are nothing.</summary>
public sealed class ChannelTokenizer : ITextTokenizer
{
    private static readonly Dictionary<string, long> Words = new() { ["red"] = 1, ["green"] = 2, ["blue"] = 4 };

    public string Clean(string text) => text.ToLowerInvariant();

    public TokenBatch Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false)
    {
        long[][] rows = [.. texts.Select(text => text.Split(' ').Where(Words.ContainsKey).Select(word => Words[word]).Take(maxLength).ToArray())];
        var length = padToMaxLength ? maxLength : Math.Max(1, rows.Max(row => row.Length));
        var (ids, mask) = (new long[rows.Length * length], new long[rows.Length * length]);
        for (var row = 0; row < rows.Length; row++)
        {
            for (var column = 0; column < length; column++)
            {
                var known = column < rows[row].Length;
                (ids[(row * length) + column], mask[(row * length) + column]) = (known ? rows[row][column] : 99, known ? 1 : 0);
            }
        }

        return new TokenBatch(ids, mask, rows.Length, length);
    }
}
