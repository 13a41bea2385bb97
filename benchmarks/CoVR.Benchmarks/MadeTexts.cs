using System.Text;
using CoVR.Modeling.Text;

namespace CoVR.Benchmarks;

/// <summary>Edit texts of 12 words, and a vocabulary that has most of them.</summary>
internal static class MadeTexts
{
    private static readonly string[] Words =
        ["make", "it", "red", "the", "same", "street", "but", "at", "night", "with", "a", "dog", "instead", "of", "cat", "larger", "sleeves", "unbelievable", "rain-coat"];

    private static readonly string[] Letters = [.. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString())];

    private static readonly string[] Vocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "-", .. Letters, .. Letters.Select(letter => "##" + letter),
        .. Words.Where(word => word.Length > 1 && !word.Contains('-')),
    ];

    public static string[] Draw(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => string.Join(' ', Enumerable.Range(0, 12).Select(_ => Words[random.Next(Words.Length)])))];
    }

    public static BertTextTokenizer Tokenizer() => BertTextTokenizer.Create(Vocabulary, [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]);

    /// <summary>The vocabulary as a file.</summary>
    public static Stream VocabularyFile() => new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', Vocabulary)));
}
