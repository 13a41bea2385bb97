using BenchmarkDotNet.Attributes;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>A composed query by BLIP's text encoder with cross attention, against its linear layers alone by <c>F.linear</c>.</summary>
/// <remarks>A call takes 0.1 to 2 s, nearly all of it in native code: two iterations of warm-up.</remarks>
[WarmupCount(2)]
[IterationCount(15)]
public class TextBenchmarks
{
    private const int Tokens = 16;
    private const int VisualTokens = 577;
    private const int VisualWidth = 1024;
    private ComposedModel _model = null!;
    private LinearLayers _layers = null!;
    private TokenBatch _text = null!;
    private Tensor _visual = null!;

    /// <summary>B.</summary>
    [Params(1, 8)]
    public int Batch { get; set; }

    /// <summary>What linear layers are computed in.</summary>
    [Params(ModelPrecision.Float32, ModelPrecision.BFloat16, ModelPrecision.Int8)]
    public ModelPrecision Precision { get; set; }

    /// <summary>Allocates model and layers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var options = new BertOptions();
        _model = MadeModels.Large(Precision);
        _text = TokenBatch.From(randint(5, 30000, [Batch, Tokens], dtype: ScalarType.Int64), ones(Batch, Tokens, dtype: ScalarType.Int64));
        _visual = randn(Batch, VisualTokens, VisualWidth);
        var (rows, width) = ((long)Batch * Tokens, options.Width);
        _layers = new LinearLayers()
            .Add(6 * options.Depth, rows, width, width)
            .Add(2 * options.Depth, (long)Batch * VisualTokens, VisualWidth, width)
            .Add(options.Depth, rows, width, options.FeedForwardWidth)
            .Add(options.Depth, rows, options.FeedForwardWidth, width);
    }

    /// <summary>The linear layers alone.</summary>
    [Benchmark(Baseline = true)]
    public void Linears() => _layers.Run();

    /// <summary>The whole encoder, 16 tokens looking at 577 visual tokens.</summary>
    [Benchmark]
    public void MedMultimodal()
    {
        using var noGrad = no_grad();
        _model.Encoder.EncodeQuery(_visual, _text).Dispose();
    }

    /// <summary>Frees both.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _layers.Dispose();
        _visual.Dispose();
    }
}
