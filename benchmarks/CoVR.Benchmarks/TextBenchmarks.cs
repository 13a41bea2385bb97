using BenchmarkDotNet.Attributes;
using CoVR.Modeling;
using CoVR.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>BLIP's text encoder with cross attention (a composed query) against its linear layers alone.</summary>
public class TextBenchmarks
{
    private const int Tokens = 16;
    private const int VisualTokens = 577;
    private const int VisualWidth = 1024;
    private BertModel _model = null!;
    private LinearLayers _layers = null!;
    private Tensor _ids = null!;
    private Tensor _mask = null!;
    private Tensor _visual = null!;

    /// <summary>B.</summary>
    [Params(1, 8)]
    public int Batch { get; set; }

    /// <summary>Allocates model and layers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var options = new BertOptions();
        _model = new BertModel(options, VisualWidth);
        RandomWeights.Fill(_model);
        _model.eval();
        (_ids, _mask) = (randint(1, 30000, [Batch, Tokens]), ones(Batch, Tokens, dtype: ScalarType.Int64));
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
        _model.EncodeWithImage(_visual, _ids, _mask).Dispose();
    }

    /// <summary>Frees both.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _layers.Dispose();
        _ids.Dispose();
        _mask.Dispose();
        _visual.Dispose();
    }
}
