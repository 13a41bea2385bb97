using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip.Tests;

[Collection("torch")]
public sealed class BlipPrecisionTests : IDisposable
{
    private const string PackingSwitch = "CoVR.Modeling.Packing";
    private readonly DisposeScope _scope = NewDisposeScope();

    public BlipPrecisionTests() => AppContext.SetSwitch(PackingSwitch, false);

    public void Dispose()
    {
        AppContext.SetSwitch(PackingSwitch, false);
        _scope.Dispose();
    }

    [Theory]
    [InlineData(ModelPrecision.Float32, 0.999999, "")]
    [InlineData(ModelPrecision.BFloat16, 0.999, "-bfloat16")]
    [InlineData(ModelPrecision.Int8, 0.999, "-int8")]
    public void Encode_OfAPackedModel_IsNearThePlainOne(ModelPrecision precision, double cosine, string suffix)
    {
        using var plain = Create(ModelPrecision.Float32, packed: false);
        using var packed = Create(precision, packed: true);

        Assert.InRange(Cosine(plain, packed, Target), cosine, 1.00001);
        Assert.InRange(Cosine(plain, packed, Query), cosine, 1.00001);
        Assert.InRange(Cosine(plain, packed, Caption), cosine, 1.00001);
        Assert.Equal(plain.Description.Name + suffix, packed.Description.Name);
        Assert.Equal(plain.Description.WeightsSha256, packed.Description.WeightsSha256);
        Checkpoint.RehashWeights(packed);
        Assert.Equal(plain.Description.WeightsSha256, packed.Description.WeightsSha256);
    }

    [Fact]
    public void Backward_ThroughAModelWithAPackedVisualEncoder_GivesThePlainGradients()
    {
        using var plain = Create(ModelPrecision.Float32, packed: false, TrainableWeights.Composed);
        using var packed = Create(ModelPrecision.Float32, packed: true, TrainableWeights.Composed);

        Query(plain).sum().backward();
        Query(packed).sum().backward();

        var expected = plain.Module!.named_parameters().Where(entry => entry.parameter.requires_grad).ToArray();
        var actual = packed.Module!.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        Assert.NotEmpty(expected);
        Assert.All(expected, entry => Assert.True(
            entry.parameter.grad is null ? actual[entry.name].grad is null : entry.parameter.grad.allclose(actual[entry.name].grad!, atol: 1e-5), entry.name));
    }

    [Fact]
    public void Create_ForTrainingInInt8_SaysWhatIsNeeded()
    {
        var options = SmallBlip.Options();
        (options.Precision, options.Trainable) = (ModelPrecision.Int8, TrainableWeights.All);

        Assert.Contains("a model that is trained needs Float32", Assert.Throws<OptionsValidationException>(() => SmallBlip.Create(options)).Message, StringComparison.Ordinal);
    }

    private static ComposedModel Create(ModelPrecision precision, bool packed, TrainableWeights trainable = TrainableWeights.None)
    {
        AppContext.SetSwitch(PackingSwitch, packed);
        var options = SmallBlip.Options();
        (options.Precision, options.Trainable) = (precision, trainable);
        return SmallBlip.Create(options);
    }

    private static double Cosine(ComposedModel plain, ComposedModel packed, Func<ComposedModel, Tensor> embed)
    {
        using var noGrad = no_grad();
        return embed(plain).mul(embed(packed)).sum(-1).min().item<float>();
    }

    private static Tensor Target(ComposedModel model) => model.Encoder.EncodeTarget(model.Encoder.EncodeVisual(SmallBlip.Pixels(3)));

    private static Tensor Query(ComposedModel model) =>
        model.Encoder.EncodeQuery(model.Encoder.EncodeVisual(SmallBlip.Pixels(3)), Text());

    private static Tensor Caption(ComposedModel model) => model.Encoder.EncodeCaption(Text());

    private static TokenBatch Text() => TokenBatch.From(tensor(new long[] { 2, 5, 6, 3, 2, 8, 10, 3, 2, 11, 9, 3 }).view(3, 4), ones([3, 4], ScalarType.Int64));
}
