using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Onnx.Tests;

[Collection("torch")]
public sealed class OnnxVisualEngineTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Describe_OfThePackage_NamesVersionAndProviders() => Assert.Matches(@"^\d+\.\d+\.\d+ \(.*CPU.*\)$", OnnxVisualEngine.Describe());

    [Theory]
    [InlineData(ModelPrecision.Float32, "")]
    [InlineData(ModelPrecision.Int8, "-onnx-int8")]
    public void Create_WithTheEngine_FreesTheWeightsAndNamesWhatRounds(ModelPrecision precision, string suffix)
    {
        using var plain = SmallModels.Torch("eva", 28);
        using var model = SmallModels.Onnx("eva", 28, precision);

        Assert.Equal(plain.Description.Name + suffix, model.Description.Name);
        Assert.Equal(plain.Description.WeightsSha256, model.Description.WeightsSha256);
        Checkpoint.RehashWeights(model);
        Assert.Equal(plain.Description.WeightsSha256, model.Description.WeightsSha256);
        var (before, after) = (plain.Module!.state_dict(), model.Module!.state_dict());
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(after, entry => Assert.Equal((entry.Key.StartsWith("visual_encoder.", StringComparison.Ordinal), before[entry.Key].shape.Length), (entry.Value.is_meta, entry.Value.shape.Length)));
    }

    [Theory]
    [InlineData("blip", ModelPrecision.Float32, 1e-4)]
    [InlineData("clip", ModelPrecision.Float32, 1e-4)]
    [InlineData("eva", ModelPrecision.Int8, 0.1)]
    public void Encode_OfTargetsAndQueries_IsNearThePlainModel(string kind, ModelPrecision precision, double tolerance)
    {
        using var plain = SmallModels.Torch(kind, 28);
        using var model = SmallModels.Onnx(kind, 28, precision);

        Assert.True(Target(plain).allclose(Target(model), atol: tolerance));
        Assert.True(Query(plain).allclose(Query(model), atol: tolerance));
    }

    [Fact]
    public void Convert_WithAProviderThatIsNotThere_SaysWhichThereAre()
    {
        var error = Refused(engine: new OnnxRuntimeOptions { Provider = "Abacus" });

        Assert.Contains("has no execution provider 'Abacus', only CPU", error.Message, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_InBFloat16_SaysWhatThereIs() =>
        Assert.Contains("Float32 or Int8, not in BFloat16", Refused(ModelPrecision.BFloat16).Message, StringComparison.Ordinal);

    [Fact]
    public void Convert_WhoseResultsDiffer_IsRefused()
    {
        var options = SmallModels.Options("blip", 28);
        options.VisualEngine = (visual, sizes, precision) => new OnnxVisualEngine().Convert(visual, sizes with { NormEpsilon = 0.5 }, precision);

        Assert.Contains("differ from the model's on a random picture", Assert.Throws<OnnxEngineException>(() => SmallModels.Create(options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public void Convert_OfWeightsThatAreNotFinite_IsRefused(ModelPrecision precision)
    {
        using var model = SmallModels.Torch("clip", 28);
        using (no_grad())
        {
            ((nn.Module)SmallModels.VisualOf(model)).state_dict()["ln_pre.weight"].fill_(float.NaN);
        }

        Assert.Throws<OnnxEngineException>(() => new OnnxVisualEngine().Convert(SmallModels.VisualOf(model), SmallModels.Vision("clip"), precision));
    }

    [Fact]
    public void Convert_OfAShapeThatAnOperatorRefuses_SaysSo()
    {
        using var model = SmallModels.Torch("blip", 28);

        var error = Assert.Throws<OnnxEngineException>(() => new OnnxVisualEngine().Convert(SmallModels.VisualOf(model), SmallModels.Vision("blip") with { Heads = 5 }, ModelPrecision.Float32));

        Assert.Contains("ONNX Runtime", error.Message, StringComparison.Ordinal);
        Assert.IsType<Microsoft.ML.OnnxRuntime.OnnxRuntimeException>(error.InnerException);
    }

    [Fact]
    public void Convert_OfAnotherEncoder_SaysThatItIsNoTransformer()
    {
        var error = Assert.Throws<OnnxEngineException>(() => new OnnxVisualEngine().Convert(new FlatVision(), SmallModels.Vision("blip"), ModelPrecision.Float32));

        Assert.StartsWith("FlatVision is not a vision transformer of a model family", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TrainableWeights.Composed)]
    [InlineData(TrainableWeights.All)]
    public void Create_ForTraining_IsRefused(TrainableWeights trainable)
    {
        var options = SmallModels.Options("blip", 28);
        (options.Trainable, options.VisualEngine) = (trainable, new OnnxVisualEngine().Convert);

        Assert.Contains("VisualEngine: a model that is trained keeps its own visual encoder.", Assert.Throws<OptionsValidationException>(() => SmallModels.Create(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_OfALibraryThatIsMissing_NamesThePackage()
    {
        var missing = NativeRuntime.Explain(new TypeInitializationException("NativeMethods", new DllNotFoundException("onnxruntime")));

        Assert.Contains("reference Microsoft.ML.OnnxRuntime in the application", missing, StringComparison.Ordinal);
        Assert.Null(NativeRuntime.Explain(new InvalidOperationException()));
    }

    private static OnnxEngineException Refused(ModelPrecision precision = ModelPrecision.Float32, OnnxRuntimeOptions? engine = null) =>
        Assert.Throws<OnnxEngineException>(() => SmallModels.Onnx("blip", 28, precision, engine));

    private static Tensor Target(ComposedModel model) => model.Encoder.EncodeTarget(model.Encoder.EncodeVisual(SmallModels.Pixels(3, 28)));

    private static Tensor Query(ComposedModel model) =>
        model.Encoder.EncodeQuery(model.Encoder.EncodeVisual(SmallModels.Pixels(2, 28)), model.TokenizeForEvaluation(["make it red", "a blue circle"]));

    /// <summary>One token: the mean colour.</summary>
    private sealed class FlatVision : IVisualEncoder
    {
        public int Width => 3;

        public ImageInput Input => ImageInput.Clip(28);

        public Tensor Encode(Tensor pixels) => pixels.mean([2, 3]).unsqueeze(1);
    }
}
