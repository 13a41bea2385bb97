using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Native;

[Collection("torch")]
public sealed class AutocastTests
{
    public AutocastTests() => CoVR.TestSupport.TorchEnvironment.Prepare();

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Enter_OnTheCpu_RunsProductsInSixteenBitsAndKeepsGradientsInThirtyTwo(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var weight = randn([8, 4], requires_grad: true);
        var input = randn([3, 4]);
        var exact = nn.functional.linear(input, weight).detach();
        Assert.Null(Autocast.Current(DeviceType.CPU));
        Tensor output;
        using (Autocast.Enter(DeviceType.CPU, type))
        {
            Assert.Equal(type, Autocast.Current(DeviceType.CPU));
            output = nn.functional.linear(input, weight);
            Assert.Equal(type, output.dtype);
            Assert.Equal(ScalarType.Float32, nn.functional.layer_norm(input, [4]).dtype);
        }

        Assert.Null(Autocast.Current(DeviceType.CPU));
        Assert.Equal(ScalarType.Float32, nn.functional.linear(input, weight).dtype);
        Assert.True((output.to(ScalarType.Float32) - exact).abs().max().item<float>() < 0.1f);
        output.to(ScalarType.Float32).sum().backward();
        Assert.Equal(ScalarType.Float32, weight.grad!.dtype);
        Assert.True(weight.grad.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void Enter_Again_SeesChangedWeights()
    {
        using var scope = NewDisposeScope();
        var weight = ones([2, 2], requires_grad: true);
        var input = ones([1, 2]);
        using (Autocast.Enter(DeviceType.CPU, ScalarType.BFloat16))
        {
            Assert.Equal(2, nn.functional.linear(input, weight).to(ScalarType.Float32)[0, 0].item<float>());
        }

        using (no_grad())
        {
            weight.add_(1);
        }

        using (Autocast.Enter(DeviceType.CPU, ScalarType.BFloat16))
        {
            Assert.Equal(4, nn.functional.linear(input, weight).to(ScalarType.Float32)[0, 0].item<float>());
        }
    }

    [Fact]
    public void Enter_AnotherType_IsRefused() => Assert.Throws<ArgumentException>(() => Autocast.Enter(DeviceType.CPU, ScalarType.Float64));
}
