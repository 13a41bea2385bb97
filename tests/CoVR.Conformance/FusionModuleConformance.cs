using CoVR.Modeling;
using CoVR.Modeling.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.Conformance;

/// <summary>What every fusion keeps in evaluation mode.</summary>
[Collection("torch")]
public abstract class FusionModuleConformance
{
    /// <summary>Loads libtorch, so that <see cref="Create"/> may make modules.</summary>
    protected FusionModuleConformance() => NativeTorch.EnsureLoaded();

    /// <summary>Makes the fusion under test, in evaluation mode; small, with any weights, on any device.</summary>
    protected abstract IFusionModule Create();

    /// <summary>C of the visual tokens that it reads.</summary>
    protected abstract int VisualWidth { get; }

    /// <summary>D of the vectors that it makes.</summary>
    protected abstract int Dimensions { get; }

    /// <summary>Token ids of two different texts of one length, [CLS] first.</summary>
    protected abstract IReadOnlyList<IReadOnlyList<long>> Texts { get; }

    /// <summary>N, how many visual tokens a picture has.</summary>
    protected virtual int VisualTokens => 5;

    /// <summary>The id of padding.</summary>
    protected virtual long Padding => 0;

    /// <summary>The largest difference that a batch or padding may make to a query's numbers.</summary>
    protected virtual double Tolerance => 1e-5;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Fuse_OfAnyParts_ReturnsUnitRows(bool reference, bool modification) => Try(fusion =>
    {
        var query = fusion.Fuse(reference ? Visual(fusion) : null, modification ? Text(0, 0, 1) : null);
        Assert.Equal(3, query.dim());
        Assert.Equal((2, Dimensions), (query.shape[0], query.shape[2]));
        Assert.All(query.norm(-1).cpu().flatten().data<float>().ToArray(), norm => Assert.Equal(1f, norm, 1e-3f));
    });

    [Fact]
    public void Fuse_OfNothing_IsRefused() => Try(fusion => Assert.ThrowsAny<ArgumentException>(() => fusion.Fuse(null, null)));

    [Fact]
    public void Fuse_LooksAtBothParts() => Try(fusion =>
    {
        var (visual, text) = (Visual(fusion), Text(0, 0, 1));
        var query = fusion.Fuse(visual, text);
        Assert.False(SampleTensors.AreClose(query, fusion.Fuse(visual.flip(0), text), Tolerance), "The query does not depend on its reference.");
        Assert.False(SampleTensors.AreClose(query, fusion.Fuse(visual, Text(0, 1, 0)), Tolerance), "The query does not depend on its modification.");
    });

    [Fact]
    public void Fuse_OfAQuery_DoesNotDependOnItsBatch() => Try(fusion => Assert.True(
        SampleTensors.AreClose(fusion.Fuse(Visual(fusion), Text(0, 0, 1)).narrow(0, 1, 1), fusion.Fuse(Visual(fusion).narrow(0, 1, 1), Text(0, 1)), Tolerance),
        "A query depends on its neighbours."));

    [Fact]
    public void Fuse_OfAPaddedText_GivesTheSameQuery() => Try(fusion => Assert.True(
        SampleTensors.AreClose(fusion.Fuse(Visual(fusion), Text(0, 0, 1)), fusion.Fuse(Visual(fusion), Text(4, 0, 1)), Tolerance),
        "Padding changes the query: is the mask used?"));

    [Fact]
    public void Fuse_Twice_GivesTheSameNumbersAndLeavesItsInput() => Try(fusion =>
    {
        var (visual, text) = (Visual(fusion), Text(1, 0, 1));
        var (tokens, ids) = (visual.clone(), text.Ids.ToArray());
        Assert.True(SampleTensors.AreClose(fusion.Fuse(visual, text), fusion.Fuse(visual, text), 0), "Two runs differ: is the fusion in evaluation mode?");
        Assert.True(SampleTensors.AreClose(tokens, visual, 0) && ids.SequenceEqual(text.Ids), "The input was changed.");
    });

    [Fact]
    public void Fuse_InAScope_LeavesNoTensorsBehind()
    {
        var fusion = Create();
        using var owned = fusion as IDisposable;
        SampleTensors.AssertNothingStays(() => fusion.Fuse(Visual(fusion), Text(1, 0, 1)));
    }

    [Fact]
    public async Task Fuse_FromSeveralThreads_GivesTheSameNumbers()
    {
        var fusion = Create();
        using var owned = fusion as IDisposable;
        await SampleTensors.AssertThreadSafeAsync(() => fusion.Fuse(Visual(fusion), Text(1, 0, 1)), Tolerance);
    }

    private Tensor Visual(IFusionModule fusion) => SampleTensors.Random(11, SampleTensors.DeviceOf(fusion), 2, VisualTokens, VisualWidth);

    private TokenBatch Text(int padding, params int[] texts) =>
        SampleTensors.Tokens([.. texts.Select(text => Texts[text])], padding, Padding);

    private void Try(Action<IFusionModule> check)
    {
        var fusion = Create();
        using var owned = fusion as IDisposable;
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        check(fusion);
    }
}
