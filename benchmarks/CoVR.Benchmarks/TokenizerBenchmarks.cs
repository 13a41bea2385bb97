using BenchmarkDotNet.Attributes;
using CoVR.Modeling;
using CoVR.Modeling.Text;
using Microsoft.ML.Tokenizers;

namespace CoVR.Benchmarks;

/// <summary>Our WordPiece against the ecosystem's, on 2,000 edit texts.</summary>
public class TokenizerBenchmarks
{
    private string[] _texts = null!;
    private BertTextTokenizer _ours = null!;
    private BertTokenizer _theirs = null!;

    /// <summary>Makes the vocabulary and the texts.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _texts = MadeTexts.Draw(2000);
        _ours = MadeTexts.Tokenizer();
        using var stream = MadeTexts.VocabularyFile();
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
