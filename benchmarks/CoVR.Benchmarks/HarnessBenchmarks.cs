using BenchmarkDotNet.Attributes;
using CoVR.Modeling.Text;

namespace CoVR.Benchmarks;

/// <summary>The harness itself: the same managed work twice. A ratio that is not 1.00 ± 0.02 says that the machine is too busy for the other suites.</summary>
public class HarnessBenchmarks
{
    private string[] _texts = [];
    private BertTextTokenizer _tokenizer = null!;

    /// <summary>Makes the texts.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _texts = MadeTexts.Draw(2000);
        _tokenizer = MadeTexts.Tokenizer();
    }

    /// <summary>Tokenizes 2,000 texts.</summary>
    [Benchmark(Baseline = true)]
    public int Work() => _tokenizer.Encode(_texts, 64).Length;

    /// <summary>Does the same.</summary>
    [Benchmark]
    public int SameWork() => _tokenizer.Encode(_texts, 64).Length;
}
