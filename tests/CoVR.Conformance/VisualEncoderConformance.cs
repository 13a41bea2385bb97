using CoVR.Modeling;
using CoVR.Modeling.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.Conformance;

/// <summary>What every visual encoder keeps in evaluation mode.</summary>
[Collection("torch")]
public abstract class VisualEncoderConformance
{
    /// <summary>Loads libtorch, so that <see cref="Create"/> may make modules.</summary>
    protected VisualEncoderConformance() => NativeTorch.EnsureLoaded();

    /// <summary>Makes the encoder under test, in evaluation mode; small, with any weights, on any device.</summary>
    protected abstract IVisualEncoder Create();

    /// <summary>The largest difference that a batch may make to a picture's numbers.</summary>
    protected virtual double Tolerance => 1e-5;

    [Fact]
    public void Encode_OfTwoPictures_ReturnsTokensOfTheStatedWidth() => Try((encoder, pixels) =>
    {
        var tokens = encoder.Encode(pixels);
        Assert.Equal(3, tokens.dim());
        Assert.Equal((2, encoder.Width), (tokens.shape[0], tokens.shape[2]));
        Assert.True(tokens.isfinite().all().item<bool>(), "A number is not finite.");
        Assert.Equal(pixels.device.type, tokens.device.type);
    });

    [Fact]
    public void Encode_OfDifferentPictures_TellsThemApart() => Try((encoder, pixels) =>
        Assert.False(SampleTensors.AreClose(encoder.Encode(pixels.narrow(0, 0, 1)), encoder.Encode(pixels.narrow(0, 1, 1)), Tolerance), "Two different pictures give the same tokens."));

    [Fact]
    public void Encode_OfAPicture_DoesNotDependOnItsBatch() => Try((encoder, pixels) =>
        Assert.True(SampleTensors.AreClose(encoder.Encode(pixels).narrow(0, 1, 1), encoder.Encode(pixels.narrow(0, 1, 1)), Tolerance), "A picture's tokens depend on its neighbours."));

    [Fact]
    public void Encode_Twice_GivesTheSameNumbersAndLeavesThePixels() => Try((encoder, pixels) =>
    {
        var before = pixels.clone();
        Assert.True(SampleTensors.AreClose(encoder.Encode(pixels), encoder.Encode(pixels), 0), "Two runs differ: is the encoder in evaluation mode?");
        Assert.True(SampleTensors.AreClose(before, pixels, 0), "The pixels were changed.");
    });

    [Fact]
    public void Encode_WithoutNoGrad_GivesTheSameNumbers() => Try((encoder, pixels) =>
    {
        var quiet = encoder.Encode(pixels);
        using var recording = enable_grad();
        Assert.True(SampleTensors.AreClose(quiet, encoder.Encode(pixels).detach(), Tolerance), "The numbers depend on whether gradients are recorded.");
    });

    [Fact]
    public void Encode_InAScope_LeavesNoTensorsBehind()
    {
        var encoder = Create();
        using var owned = encoder as IDisposable;
        SampleTensors.AssertNothingStays(() => encoder.Encode(Pixels(encoder)));
    }

    [Fact]
    public async Task Encode_FromSeveralThreads_GivesTheSameNumbers()
    {
        var encoder = Create();
        using var owned = encoder as IDisposable;
        await SampleTensors.AssertThreadSafeAsync(() => encoder.Encode(Pixels(encoder)), Tolerance);
    }

    private static Tensor Pixels(IVisualEncoder encoder) => SampleTensors.Random(7, SampleTensors.DeviceOf(encoder), 2, 3, encoder.Input.Size, encoder.Input.Size);

    private void Try(Action<IVisualEncoder, Tensor> check)
    {
        var encoder = Create();
        using var owned = encoder as IDisposable;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        check(encoder, Pixels(encoder));
    }
}
