using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Inference;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Inference;

[Collection("torch")]
public sealed class PackedWeightTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(ModelPrecision.Float32, 1e-5)]
    [InlineData(ModelPrecision.BFloat16, 2e-2)]
    [InlineData(ModelPrecision.Int8, 4e-2)]
    public void Map_OfRandomRows_IsNearTheExactProduct(ModelPrecision precision, double tolerance)
    {
        using var noGrad = no_grad();
        var layer = Layer(48, 96);
        var (input, residual) = (Random(3, 7, 48), Random(3, 7, 96));
        Tensor[] exact = [layer.call(input), layer.MapGelu(input), layer.MapAndAdd(input, residual)];

        ((IPackableLayer)layer).Pack(precision);

        Tensor[] packed = [layer.call(input), layer.MapGelu(input), layer.MapAndAdd(input, residual)];
        Assert.All(exact.Zip(packed), pair => Assert.InRange(Distance(pair.First, pair.Second), precision == ModelPrecision.Float32 ? 0 : 1e-6, tolerance));
        Assert.Equal([3, 7, 96], packed[0].shape);
    }

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.BFloat16)]
    [InlineData(ModelPrecision.Int8)]
    public void Map_OfNoRowsOrOfAWeightOfZeros_GivesWhatTheLayerGives(ModelPrecision precision)
    {
        using var noGrad = no_grad();
        var layer = Layer(48, 96);
        layer.Weight.zero_();
        ((IPackableLayer)layer).Pack(precision);

        Assert.Equal([2, 0, 96], layer.call(zeros(2, 0, 48)).shape);
        Assert.Equal(layer.Bias!.to(ScalarType.BFloat16).to(ScalarType.Float32).data<float>(), layer.call(Random(1, 48))[0].to(ScalarType.BFloat16).to(ScalarType.Float32).data<float>());
    }

    [Fact]
    public void Map_Int8_RowDoesNotDependOnItsBatch()
    {
        using var noGrad = no_grad();
        var layer = Layer(64, 32);
        ((IPackableLayer)layer).Pack(ModelPrecision.Int8);
        var rows = Random(5, 64);
        rows[0].mul_(1000);

        Assert.Equal(layer.call(rows.narrow(0, 1, 1)).data<float>(), layer.call(rows).narrow(0, 1, 1).contiguous().data<float>());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Map_Int8OfARowThatIsNotFinite_IsNaNInThatRowOnly(float value)
    {
        using var noGrad = no_grad();
        var layer = Layer(64, 32);
        ((IPackableLayer)layer).Pack(ModelPrecision.Int8);
        var rows = Random(3, 64);
        rows[1, 5] = value;

        var result = layer.call(rows);

        Assert.True(result[1].isnan().all().item<bool>());
        Assert.True(result[0].isfinite().all().item<bool>());
        Assert.True(result[2].isfinite().all().item<bool>());
    }

    [Fact]
    public void Pack_Float32_KeepsTheWeightsForSavingAndHashing()
    {
        var layer = Layer(48, 96);
        var (hash, weight) = (Checkpoint.HashWeights(layer.state_dict()), layer.Weight.detach().clone());

        ((IPackableLayer)layer).Pack(ModelPrecision.Float32);
        Checkpoint.WriteSafetensors(_folder["x.safetensors"], layer.state_dict());

        Assert.Equal(hash, Checkpoint.HashWeights(layer.state_dict()));
        var copy = Layer(48, 96);
        Checkpoint.Load(copy, _folder["x.safetensors"]);
        Assert.Equal(weight.data<float>(), copy.Weight.data<float>());
    }

    [Theory]
    [InlineData(ModelPrecision.BFloat16)]
    [InlineData(ModelPrecision.Int8)]
    public void Save_OfRoundedWeights_IsRefusedAndLeavesNoFile(ModelPrecision precision)
    {
        var layer = Layer(48, 96);
        ((IPackableLayer)layer).Pack(precision);

        var error = Assert.Throws<InvalidOperationException>(() => Checkpoint.WriteSafetensors(_folder["x.safetensors"], layer.state_dict()));

        Assert.Contains("Float32", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.FullName));
    }

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public void Load_IntoAPackedLayer_IsRefused(ModelPrecision precision)
    {
        var layer = Layer(48, 96);
        Checkpoint.WriteSafetensors(_folder["x.safetensors"], layer.state_dict());
        ((IPackableLayer)layer).Pack(precision);

        Assert.Contains("packed", Assert.Throws<InvalidOperationException>(() => Checkpoint.Load(layer, _folder["x.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_OfWhatWantsAGradient_IsRefused()
    {
        var layer = Layer(48, 96);
        ((IPackableLayer)layer).Pack(ModelPrecision.Float32);
        var input = Random(2, 48).requires_grad_();

        Assert.Contains("cannot be trained", Assert.Throws<InvalidOperationException>(() => layer.call(input)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_OfWeightsThatAreNotFinite_LeavesThatLayerInFloat32()
    {
        AppContext.SetSwitch("CoVR.Modeling.Packing", true);
        using var noGrad = no_grad();
        using var layer = Layer(512, 512);
        layer.Weight[3, 4] = float.NaN;

        Assert.False(Packing.Apply(layer, ModelPrecision.Int8));
        Assert.True(layer.call(Random(1, 512))[0, 3].isnan().item<bool>());
    }

    [Theory]
    [InlineData(ModelPrecision.Float32)]
    [InlineData(ModelPrecision.Int8)]
    public void Map_ManyTimes_KeepsNoTensor(ModelPrecision precision)
    {
        using var noGrad = no_grad();
        var layer = Layer(48, 96);
        ((IPackableLayer)layer).Pack(precision);
        var input = Random(4, 48);
        layer.call(input).Dispose();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var i = 0; i < 100; i++)
        {
            layer.MapGelu(input).Dispose();
            layer.MapAndAdd(input, layer.call(input)).Dispose();
            _scope.DisposeEverythingBut(input);
        }

        Assert.InRange(DisposeScopeManager.Statistics.ThreadTotalLiveCount, 0, before);
    }

    private static Linear Layer(long inputs, long outputs)
    {
        var layer = new Linear(inputs, outputs);
        using var initializer = new WeightInitializer(1);
        initializer.PyTorchDefault(layer);
        foreach (var parameter in layer.parameters())
        {
            parameter.requires_grad = false;
        }

        return layer;
    }

    private static Tensor Random(params long[] shape)
    {
        using var generator = new Generator(7);
        return randn(shape, generator: generator);
    }

    private static double Distance(Tensor first, Tensor second) => first.sub(second).abs().max().item<float>();
}
