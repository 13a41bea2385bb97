using BenchmarkDotNet.Attributes;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>BLIP's ViT-L/16 at 384 pixels against its linear layers alone by <c>F.linear</c>.</summary>
/// <remarks>A call takes 2 to 16 s, nearly all of it in native code that needs no warm-up: seven iterations of one call.</remarks>
[WarmupCount(1)]
[IterationCount(7)]
public class VisionBenchmarks
{
    private ComposedModel _model = null!;
    private LinearLayers _layers = null!;
    private Tensor _pixels = null!;

    /// <summary>B.</summary>
    [Params(1, 4)]
    public int Batch { get; set; }

    /// <summary>What linear layers are computed in.</summary>
    [Params(ModelPrecision.Float32, ModelPrecision.BFloat16, ModelPrecision.Int8)]
    public ModelPrecision Precision { get; set; }

    /// <summary>Allocates model and layers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _model = MadeModels.Large(Precision);
        _pixels = randn(Batch, 3, 384, 384);
        _layers = Layers(Batch, new VisionTransformerOptions().Depth);
    }

    /// <summary>The linear layers of a batch.</summary>
    internal static LinearLayers Layers(int batch, int depth)
    {
        var options = new VisionTransformerOptions();
        var (patches, width) = (options.Patches(384), options.Width);
        var rows = (long)batch * (patches + 1);
        return new LinearLayers()
            .Add(1, (long)batch * patches, 3 * options.PatchSize * options.PatchSize, width)
            .Add(depth, rows, width, 3 * width)
            .Add(depth, rows, width, width)
            .Add(depth, rows, width, options.FeedForwardWidth)
            .Add(depth, rows, options.FeedForwardWidth, width);
    }

    /// <summary>The linear layers alone.</summary>
    [Benchmark(Baseline = true)]
    public void Linears() => _layers.Run();

    /// <summary>The whole transformer.</summary>
    [Benchmark]
    public void ViTLarge()
    {
        using var noGrad = no_grad();
        _model.Encoder.EncodeVisual(_pixels).Dispose();
    }

    /// <summary>Frees both.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _layers.Dispose();
        _pixels.Dispose();
    }
}
