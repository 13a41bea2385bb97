using BenchmarkDotNet.Attributes;
using CoVR.Modeling;
using CoVR.Modeling.Text;
using Microsoft.ML.Tokenizers;

namespace CoVR.Benchmarks;

/// <summary>Our WordPiece against the ecosystem's, on 2,000 edit texts.</summary>
[WarmupCount(5)]
[IterationCount(25)]
public class TokenizerBenchmarks
{
    private static readonly string[] Words =
        ["make", "it", "red", "the", "same", "street", "but", "at", "night", "with", "a", "dog", "instead", "of", "cat", "larger", "sleeves", "unbelievable", "rain-coat"];

    private string[] _texts = null!;
    private BertTextTokenizer _ours = null!;
    private BertTokenizer _theirs = null!;

    /// <summary>Makes the vocabulary and the texts.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var letters = Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString());
        string[] vocabulary =
        [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "-", .. letters, .. letters.Select(letter => "##" + letter),
            .. Words.Where(word => word.Length > 1 && !word.Contains('-')),
        ];
        var random = new Random(1);
        _texts = [.. Enumerable.Range(0, 2000).Select(_ => string.Join(' ', Enumerable.Range(0, 12).Select(_ => Words[random.Next(Words.Length)])))];
        _ours = BertTextTokenizer.Create(vocabulary, [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]);
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', vocabulary)));
        _theirs = BertTokenizer.Create(stream);
    }

    /// <summary>Microsoft.ML.Tokenizers.</summary>
    [Benchmark(Baseline = true)]
    public int Ecosystem()
    {
        var total = 0;
        foreach (var text in _texts)
        {
            total += _theirs.EncodeToIds(text).Count;
        }

        return total;
    }

    /// <summary>Ours, with padding and truncation.</summary>
    [Benchmark]
    public int Ours() => _ours.Encode(_texts, 64).Length;
}
