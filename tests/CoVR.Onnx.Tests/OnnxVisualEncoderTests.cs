using CoVR.Conformance;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Onnx.Tests;

[Collection("torch")]
public sealed class OnnxVisualEncoderTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, int, int> Sizes()
    {
        var data = new TheoryData<string, int, int>();
        foreach (var kind in SmallModels.Kinds.Select(row => row.Data))
        {
            data.Add(kind, 28, 1);
            data.Add(kind, 56, 4);
        }

        return data;
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Encode_OfAnyKindSizeAndBatch_EqualsTheModule(string kind, int size, int batch)
    {
        using var torch = SmallModels.Torch(kind, size);
        using var onnx = SmallModels.Onnx(kind, size);
        var pixels = SmallModels.Pixels(batch, size);

        var (expected, actual) = (SmallModels.VisualOf(torch).Encode(pixels), SmallModels.VisualOf(onnx).Encode(pixels));

        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange(actual.sub(expected).abs().max().item<float>(), 0, 1e-4 * Math.Max(1, expected.abs().max().item<float>()));
        Assert.True(expected.std().item<float>() > 0.1, "The tokens hardly differ, so that the comparison says little.");
    }

    [Theory]
    [MemberData(nameof(SmallModels.Kinds), MemberType = typeof(SmallModels))]
    public void Encode_InInt8_IsNearTheModule(string kind)
    {
        using var torch = SmallModels.Torch(kind, 28);
        using var onnx = SmallModels.Onnx(kind, 28, ModelPrecision.Int8);
        var pixels = SmallModels.Pixels(3, 28);

        var (expected, actual) = (SmallModels.VisualOf(torch).Encode(pixels), SmallModels.VisualOf(onnx).Encode(pixels));

        Assert.InRange(nn.functional.cosine_similarity(expected, actual, -1).min().item<float>(), OnnxVisualEngine.LowestCosine, 0.9999999);
    }

    [Fact]
    public void Encode_OfAPictureThatIsNotFinite_GivesNumbersThatAreNot()
    {
        using var onnx = SmallModels.Onnx("blip", 28, ModelPrecision.Int8);
        var pixels = SmallModels.Pixels(3, 28);
        pixels[1, 0, 3, 3] = float.PositiveInfinity;

        var tokens = SmallModels.VisualOf(onnx).Encode(pixels);

        Assert.False(tokens[1].isfinite().any().item<bool>());
        Assert.True(tokens[0].isfinite().all().item<bool>() && tokens[2].isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Encode_OfAViewOrOfNothing_IsThatOfACopy(int count)
    {
        using var onnx = SmallModels.Onnx("blip", 28);
        var visual = SmallModels.VisualOf(onnx);
        var pixels = SmallModels.Pixels(count, 28).transpose(2, 3);

        Assert.True(visual.Encode(pixels).equal(visual.Encode(pixels.contiguous())).all().item<bool>());
        Assert.Equal([count, 50, 32], visual.Encode(pixels).shape);
    }

    [Theory]
    [InlineData(3, 28, 24)]
    [InlineData(1, 28, 28)]
    public void Encode_OfAnotherShape_NamesBoth(int channels, int height, int width)
    {
        using var onnx = SmallModels.Onnx("blip", 28);

        var error = Assert.Throws<ArgumentException>(() => SmallModels.VisualOf(onnx).Encode(zeros(2, channels, height, width)));

        Assert.StartsWith($"Pixels are [B, 3, 28, 28], not [2, {channels}, {height}, {width}].", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_AfterDispose_Throws()
    {
        var onnx = SmallModels.Onnx("blip", 28);
        var visual = SmallModels.VisualOf(onnx);
        onnx.Dispose();

        Assert.Throws<ObjectDisposedException>(() => visual.Encode(SmallModels.Pixels(1, 28)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Encode_WithAnyNumberOfThreads_GivesTheSameNumbers(int threads)
    {
        using var onnx = SmallModels.Onnx("eva", 28, engine: new OnnxRuntimeOptions { Threads = threads });
        using var other = SmallModels.Onnx("eva", 28);
        var pixels = SmallModels.Pixels(2, 28);

        Assert.True(SmallModels.VisualOf(onnx).Encode(pixels).allclose(SmallModels.VisualOf(other).Encode(pixels), atol: 1e-5));
    }
}

public sealed class OnnxFloat32Conformance : VisualEncoderConformance
{
    protected override IVisualEncoder Create() => SmallModels.VisualOf(SmallModels.Onnx("blip", 28));
}

public sealed class OnnxInt8Conformance : VisualEncoderConformance
{
    protected override IVisualEncoder Create() => SmallModels.VisualOf(SmallModels.Onnx("clip", 28, ModelPrecision.Int8));
}

[Collection("alone")]
public sealed class OnnxVisualEncoderLeakTests
{
    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public void Encode_ManyTimes_LeavesMemoryAsItWas(ModelPrecision precision)
    {
        using var model = SmallModels.Onnx("blip", 28, precision, new OnnxRuntimeOptions { Threads = 1 });
        using var pixels = SmallModels.Pixels(4, 28);
        Run(model, pixels);
        var (resident, tensors) = (Environment.WorkingSet, LiveTensors.Settled());

        Run(model, pixels);

        LiveTensors.AssertNoMoreThan(tensors);
        Assert.InRange(Environment.WorkingSet - resident, long.MinValue, 16L << 20);
    }

    [Fact]
    public void Convert_ManyTimes_LeavesNoTensorBehind()
    {
        using var model = SmallModels.Torch("blip", 28);
        var tensors = LiveTensors.Settled();

        for (var i = 0; i < 3; i++)
        {
            ((IDisposable)new OnnxVisualEngine().Convert(SmallModels.VisualOf(model), SmallModels.Vision("blip"), ModelPrecision.Int8)).Dispose();
        }

        LiveTensors.AssertNoMoreThan(tensors);
    }

    private static void Run(ComposedModel model, Tensor pixels)
    {
        for (var i = 0; i < 500; i++)
        {
            SmallModels.VisualOf(model).Encode(pixels).Dispose();
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
    }
}
