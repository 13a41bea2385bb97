using CoVR.Modeling;
using CoVR.Modeling.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.Conformance;

/// <summary>What every composed encoder keeps in evaluation mode.</summary>
[Collection("torch")]
public abstract class ComposedEncoderConformance
{
    /// <summary>Loads libtorch, so that <see cref="Create"/> may make modules.</summary>
    protected ComposedEncoderConformance() => NativeTorch.EnsureLoaded();

    /// <summary>Makes the model under test, in evaluation mode; small, with any weights.</summary>
    protected abstract ComposedModel Create();

    /// <summary>Two texts that the model tells apart.</summary>
    protected virtual IReadOnlyList<string> Texts => ["make it red", "put it on a blue table"];

    /// <summary>The largest difference that a batch may make to an item's numbers.</summary>
    protected virtual double Tolerance => 1e-5;

    [Fact]
    public void EncodeTarget_OfTwoPictures_ReturnsUnitRows()
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var targets = model.Encoder.EncodeTarget(model.Encoder.EncodeVisual(Pixels(model, 2)));
        AssertShape(targets, 2, model.Encoder.Vectors, model.Encoder.Dimensions);
        AssertUnitRows(targets);
    }

    [Theory]
    [InlineData(QueryParts.Both)]
    [InlineData(QueryParts.Reference)]
    [InlineData(QueryParts.Modification)]
    public void EncodeQuery_OfAnyParts_ReturnsUnitRows(QueryParts parts)
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var queries = Query(model, parts);
        AssertShape(queries, 2, queries.shape[1], model.Encoder.Dimensions);
        Assert.True(queries.shape[1] == 1 || queries.shape[1] == model.Encoder.Vectors, $"Q is {queries.shape[1]}, the model states {model.Encoder.Vectors}.");
        AssertUnitRows(queries);
    }

    [Fact]
    public void EncodeQuery_OfOnePart_DoesNotLookAtTheOther()
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var text = model.TokenizeForEvaluation(Texts);
        var visual = model.Encoder.EncodeVisual(Pixels(model, 2));
        AssertClose(model.Encoder.EncodeQuery(null, text, QueryParts.Modification), model.Encoder.EncodeQuery(visual, text, QueryParts.Modification));
        AssertClose(model.Encoder.EncodeQuery(visual, null, QueryParts.Reference), model.Encoder.EncodeQuery(visual, text, QueryParts.Reference));
    }

    [Theory]
    [InlineData(QueryParts.Both)]
    [InlineData(QueryParts.Modification)]
    public void EncodeQuery_WithoutItsText_IsRefused(QueryParts parts)
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var visual = model.Encoder.EncodeVisual(Pixels(model, 1));
        Assert.ThrowsAny<ArgumentException>(() => model.Encoder.EncodeQuery(visual, null, parts));
    }

    [Theory]
    [InlineData(QueryParts.Both)]
    [InlineData(QueryParts.Reference)]
    public void EncodeQuery_WithoutItsReference_IsRefused(QueryParts parts)
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var text = model.TokenizeForEvaluation([Texts[0]]);
        Assert.ThrowsAny<ArgumentException>(() => model.Encoder.EncodeQuery(null, text, parts));
    }

    [Fact]
    public void EncodeQuery_OfAnItem_DoesNotDependOnItsBatch()
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var pixels = Pixels(model, 2);
        var both = model.Encoder.EncodeQuery(model.Encoder.EncodeVisual(pixels), model.TokenizeForEvaluation(Texts));
        for (var i = 0; i < 2; i++)
        {
            var alone = model.Encoder.EncodeQuery(model.Encoder.EncodeVisual(pixels.narrow(0, i, 1)), model.TokenizeForEvaluation([Texts[i]]));
            AssertClose(both.narrow(0, i, 1), alone);
        }
    }

    [Fact]
    public void EncodeQuery_OfBothParts_LooksAtBoth()
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (visual, text) = (model.Encoder.EncodeVisual(Pixels(model, 2)), model.TokenizeForEvaluation(Texts));
        var query = model.Encoder.EncodeQuery(visual, text);
        Assert.False(SampleTensors.AreClose(query, model.Encoder.EncodeQuery(visual.flip(0), text), Tolerance), "The query does not depend on its reference.");
        Assert.False(
            SampleTensors.AreClose(query, model.Encoder.EncodeQuery(visual, model.TokenizeForEvaluation([Texts[1], Texts[0]])), Tolerance),
            "The query does not depend on its modification.");
    }

    [Fact]
    public void EncodeQuery_OfAPaddedText_GivesTheSameQuery()
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var visual = model.Encoder.EncodeVisual(Pixels(model, 2));
        AssertClose(model.Encoder.EncodeQuery(visual, model.TokenizeForEvaluation(Texts)), model.Encoder.EncodeQuery(visual, model.TokenizeForTraining(Texts)));
    }

    [Fact]
    public void EncodeCaption_ReturnsOneUnitRowPerText()
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var captions = model.Encoder.EncodeCaption(model.TokenizeForEvaluation(Texts));
        AssertShape(captions, 2, model.Encoder.Dimensions);
        AssertUnitRows(captions);
    }

    [Fact]
    public void Encode_Twice_GivesTheSameNumbers()
    {
        using var model = Create();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        AssertClose(Query(model, QueryParts.Both), Query(model, QueryParts.Both));
    }

    [Fact]
    public void Encode_InAScope_LeavesNoTensorsBehind()
    {
        using var model = Create();
        Once();
        var before = LiveTensors.Settled();
        Once();
        Once();
        LiveTensors.AssertNoMoreThan(before);

        void Once()
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            Query(model, QueryParts.Both);
            model.Encoder.EncodeTarget(model.Encoder.EncodeVisual(Pixels(model, 1)));
        }
    }

    [Fact]
    public async Task Encode_FromSeveralThreads_GivesTheSameNumbers()
    {
        using var model = Create();
        var alone = Values();
        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Values)));
        Assert.All(together, values => Assert.Equal(alone, values, new WithinTolerance(Tolerance)));

        float[] Values()
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            return Query(model, QueryParts.Both).cpu().flatten().data<float>().ToArray();
        }
    }

    /// <summary>Repeatable pixels [count, 3, S, S] on the model's device.</summary>
    protected static Tensor Pixels(ComposedModel model, int count)
    {
        ArgumentNullException.ThrowIfNull(model);
        var size = model.Description.Image.Size;
        var random = new Random(7);
        float[] values = [.. Enumerable.Range(0, count * 3 * size * size).Select(_ => (float)random.NextDouble())];
        return tensor(values, [count, 3, size, size], device: model.Device);
    }

    private Tensor Query(ComposedModel model, QueryParts parts) => model.Encoder.EncodeQuery(
        parts.HasFlag(QueryParts.Reference) ? model.Encoder.EncodeVisual(Pixels(model, 2)) : null,
        parts.HasFlag(QueryParts.Modification) ? model.TokenizeForEvaluation(Texts) : null,
        parts);

    private static void AssertShape(Tensor tensor, params long[] shape) => Assert.Equal(shape, tensor.shape);

    private static void AssertUnitRows(Tensor tensor)
    {
        foreach (var norm in tensor.norm(-1).cpu().flatten().data<float>())
        {
            Assert.Equal(1f, norm, 1e-3f);
        }
    }

    private void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.sub(actual).abs().max().item<float>() <= Tolerance, "The numbers differ.");
    }

    private sealed class WithinTolerance(double tolerance) : IEqualityComparer<float>
    {
        public bool Equals(float x, float y) => Math.Abs(x - y) <= tolerance;

        public int GetHashCode(float obj) => 0;
    }
}
