using CoVR.Modeling.Families;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CoVR.Onnx.Tests;

[Collection("torch")]
public sealed class UseOnnxRuntimeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void UseOnnxRuntime_BeforeOrAfterTheFamily_RunsItsVisualEncoder(bool before)
    {
        using var model = TestModels.Create(builder =>
        {
            _ = before ? builder.UseOnnxRuntime().UseBlip(Configure) : builder.UseBlip(Configure).UseOnnxRuntime();
        });

        Assert.IsType<OnnxVisualEncoder>(SmallModels.VisualOf(model));
    }

    [Fact]
    public void UseOnnxRuntime_OfOnePipeline_LeavesOthersAsTheyAre()
    {
        var services = new ServiceCollection();
        new Builder("onnx", services).UseBlip(Configure).UseOnnxRuntime(options => options.Threads = 1);
        new Builder("torch", services).UseBlip(Configure);
        using var provider = services.BuildServiceProvider();

        Assert.IsType<OnnxVisualEncoder>(SmallModels.VisualOf(provider.Model("onnx")));
        Assert.IsNotType<OnnxVisualEncoder>(SmallModels.VisualOf(provider.Model("torch")));
    }

    [Fact]
    public void UseOnnxRuntime_WithFaultyOptions_IsRefused()
    {
        var services = new ServiceCollection();
        new Builder("", services).UseBlip(Configure).UseOnnxRuntime(options => (options.Provider, options.Threads) = ("", 0));
        using var provider = services.BuildServiceProvider();

        var fault = Assert.Throws<OptionsValidationException>(() => provider.Model());

        Assert.Contains("Provider", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Threads", fault.Message, StringComparison.Ordinal);
    }

    private static void Configure(ModelOptions options)
    {
        var small = SmallModels.Options("blip", 28);
        (options.Architecture, options.Vocabulary, options.Seed) = (small.Architecture, small.Vocabulary, small.Seed);
    }

    private sealed record Builder(string Name, IServiceCollection Services) : ICoVRBuilder;
}
