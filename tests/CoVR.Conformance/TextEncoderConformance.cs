using CoVR.Modeling;
using CoVR.Modeling.Native;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.Conformance;

/// <summary>What every text encoder keeps in evaluation mode.</summary>
[Collection("torch")]
public abstract class TextEncoderConformance
{
    /// <summary>Loads libtorch, so that <see cref="Create"/> may make modules.</summary>
    protected TextEncoderConformance() => NativeTorch.EnsureLoaded();

    /// <summary>Makes the encoder under test, in evaluation mode; small, with any weights, on any device.</summary>
    protected abstract ITextEncoder Create();

    /// <summary>Token ids of two different texts of one length, [CLS] first; ids of the encoder's vocabulary.</summary>
    protected abstract IReadOnlyList<IReadOnlyList<long>> Texts { get; }

    /// <summary>The id of padding.</summary>
    protected virtual long Padding => 0;

    /// <summary>The largest difference that a batch or padding may make to a text's numbers.</summary>
    protected virtual double Tolerance => 1e-5;

    [Fact]
    public void Encode_OfTwoTexts_ReturnsTokensOfTheStatedWidth() => Try(encoder =>
    {
        var tokens = encoder.Encode(Batch(0, 0, 1));
        Assert.Equal([2, Texts[0].Count, encoder.Width], tokens.shape);
        Assert.True(tokens.isfinite().all().item<bool>(), "A number is not finite.");
    });

    [Fact]
    public void Encode_OfDifferentTexts_TellsThemApart() => Try(encoder =>
        Assert.False(SampleTensors.AreClose(encoder.Encode(Batch(0, 0)), encoder.Encode(Batch(0, 1)), Tolerance), "Two different texts give the same tokens."));

    [Fact]
    public void Encode_OfAText_DoesNotDependOnItsBatch() => Try(encoder =>
        Assert.True(SampleTensors.AreClose(encoder.Encode(Batch(0, 0, 1)).narrow(0, 1, 1), encoder.Encode(Batch(0, 1)), Tolerance), "A text's tokens depend on its neighbours."));

    [Fact]
    public void Encode_OfAPaddedText_GivesTheSameTokensBeforeThePadding() => Try(encoder =>
        Assert.True(
            SampleTensors.AreClose(encoder.Encode(Batch(0, 0)), encoder.Encode(Batch(3, 0)).narrow(1, 0, Texts[0].Count), Tolerance),
            "Padding changes the tokens before it: is the mask used?"));

    [Fact]
    public void Encode_Twice_GivesTheSameNumbersAndLeavesTheIds() => Try(encoder =>
    {
        var text = Batch(1, 0, 1);
        var (ids, mask) = (text.Ids.ToArray(), text.Mask.ToArray());
        Assert.True(SampleTensors.AreClose(encoder.Encode(text), encoder.Encode(text), 0), "Two runs differ: is the encoder in evaluation mode?");
        Assert.True(ids.SequenceEqual(text.Ids) && mask.SequenceEqual(text.Mask), "The text was changed.");
    });

    [Fact]
    public void Encode_InAScope_LeavesNoTensorsBehind()
    {
        var encoder = Create();
        using var owned = encoder as IDisposable;
        SampleTensors.AssertNothingStays(() => encoder.Encode(Batch(1, 0, 1)));
    }

    [Fact]
    public async Task Encode_FromSeveralThreads_GivesTheSameNumbers()
    {
        var encoder = Create();
        using var owned = encoder as IDisposable;
        await SampleTensors.AssertThreadSafeAsync(() => encoder.Encode(Batch(1, 0, 1)), Tolerance);
    }

    private TokenBatch Batch(int padding, params int[] texts) =>
        SampleTensors.Tokens([.. texts.Select(text => Texts[text])], padding, Padding);

    private void Try(Action<ITextEncoder> check)
    {
        var encoder = Create();
        using var owned = encoder as IDisposable;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        check(encoder);
    }
}
