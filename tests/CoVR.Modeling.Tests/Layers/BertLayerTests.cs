using CoVR.Modeling.Layers;
using CoVR.Modeling.Native;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Layers;

[Collection("torch")]
public sealed class BertLayerTests : IDisposable
{
    private const int EncoderWidth = 10;

    private static readonly BertOptions Small =
        new() { VocabularySize = 20, Width = 12, Depth = 4, Heads = 3, FeedForwardWidth = 16, MaxPositions = 9, InitializerRange = 0.3 };

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void CrossAttentionFrequency_Two_IsInEvenLayers()
    {
        using var encoder = Make(Small with { CrossAttentionFrequency = 2 });
        var layers = encoder.state_dict().Keys.Where(key => key.Contains("crossattention.self.query.weight", StringComparison.Ordinal));
        Assert.Equal(["layer.0.crossattention.self.query.weight", "layer.2.crossattention.self.query.weight"], layers.Order(StringComparer.Ordinal));
        using var none = Make(Small with { CrossAttentionFrequency = 0 });
        Assert.DoesNotContain(none.state_dict().Keys, key => key.Contains("crossattention", StringComparison.Ordinal));
    }

    [Fact]
    public void QueryFeedForward_HasItsOwnWeights()
    {
        using var encoder = Make(Small with { QueryFeedForward = true, Depth = 1 });
        Assert.Equal([16, 12], encoder.state_dict()["layer.0.intermediate_query.dense.weight"].shape);
        Assert.Contains("layer.0.output_query.LayerNorm.weight", encoder.state_dict().Keys);
    }

    [Fact]
    public void QueryFeedForward_WithoutQueries_ReadsTextAlone()
    {
        using var encoder = Make(Small with { QueryFeedForward = true });
        var text = rand(2, 5, 12);
        var tokens = rand(2, 7, EncoderWidth);
        NumericAssert.Close(encoder.Apply(text, new BertContext(null)), encoder.Apply(text, new BertContext(null, tokens)), 0, 0, "text");
    }

    [Fact]
    public void QueryFeedForward_FirstLayer_OnlyQueriesSeeTheEncoder()
    {
        using var encoder = Make(Small with { QueryFeedForward = true, Depth = 1 });
        var hidden = rand(2, 7, 12);
        var without = encoder.Apply(hidden, new BertContext(null, Queries: 3));
        var with = encoder.Apply(hidden, new BertContext(null, rand(2, 7, EncoderWidth), Queries: 3));
        NumericAssert.Close(without.narrow(1, 3, 4), with.narrow(1, 3, 4), 1e-6, 0, "text");
        Assert.True((without - with).narrow(1, 0, 3).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void SelfMask_PaddedTokens_ChangeNothing()
    {
        using var encoder = Make(Small);
        var hidden = rand(2, 6, 12);
        var mask = tensor(new long[] { 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0 }, [2, 6]);
        var padded = encoder.Apply(hidden, new BertContext(BertMasks.ForText(mask))).narrow(1, 0, 4);
        NumericAssert.Close(encoder.Apply(hidden.narrow(1, 0, 4), new BertContext(null)), padded, 1e-5, 0, "hidden states");
    }

    [Fact]
    public void Masks_HaveTheReferencesNumbers()
    {
        var mask = tensor(new long[] { 1, 0 }, [1, 2]);
        Assert.Equal([0f, -10000f], BertMasks.ForText(mask).data<float>().ToArray());
        Assert.Equal([0f, float.MinValue], BertMasks.ForEncoder(mask).data<float>().ToArray());
        Assert.Equal([1, 0], mask.data<long>().ToArray());
    }

    [Fact]
    public void Attend_DroppingNothing_EqualsTheFusedKernel()
    {
        var (query, key, value) = (randn(2, 3, 4, 5), randn(2, 3, 6, 5), randn(2, 3, 6, 5));
        var mask = BertMasks.ForText(tensor(new long[] { 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0 }, [2, 6]));
        var fused = Attention.Attend(query, key, value, mask, 0);
        NumericAssert.Close(fused, Attention.Attend(query, key, value, mask, 1e-12), 1e-5, 0, "context");
        Assert.Equal([2, 4, 15], fused.shape);
    }

    [Fact]
    public void Attend_WithDropout_KeepsTheMean()
    {
        manual_seed(6);
        var (query, key) = (zeros(64, 2, 50, 4), zeros(64, 2, 20, 4));
        Assert.InRange(Attention.Attend(query, key, ones(64, 2, 20, 4), null, 0.3).mean().item<float>(), 0.98f, 1.02f);
    }

    [Fact]
    public void Embed_PaddingRow_GetsNoGradient()
    {
        using var embeddings = new BertEmbeddings(Small with { Dropout = 0 });
        using var initializer = new WeightInitializer(3);
        initializer.TransformerLayers(embeddings, 0.5);
        (embeddings.Embed(tensor(new long[] { 3, 0, 5, 0 }, [1, 4])) * arange(12)).sum().backward();
        var gradient = embeddings.get_parameter("word_embeddings.weight")!.grad!;
        Assert.Equal(0, gradient[0].abs().max().item<float>());
        Assert.True(gradient[3].abs().max().item<float>() > 0);
    }

    [Fact]
    public void Embed_QueriesAndText_PutsPositionsOnTextOnly()
    {
        using var embeddings = new BertEmbeddings(Small);
        embeddings.eval();
        using var initializer = new WeightInitializer(3);
        initializer.TransformerLayers(embeddings, 0.5);
        var (ids, queries) = (tensor(new long[] { 3, 4 }, [1, 2]), randn(1, 5, 12));
        var both = embeddings.Embed(ids, queries);
        NumericAssert.Close(embeddings.Embed(ids), both.narrow(1, 5, 2), 1e-6, 0, "text");
        NumericAssert.Close(nn.functional.layer_norm(queries, [12], eps: 1e-12), both.narrow(1, 0, 5), 1e-5, 0, "queries");
    }

    [Fact]
    public void PositionIds_AreAStoredBuffer()
    {
        using var embeddings = new BertEmbeddings(Small);
        var ids = embeddings.state_dict()["position_ids"];
        Assert.Equal(ScalarType.Int64, ids.dtype);
        Assert.Equal([1, 9], ids.shape);
        Assert.Equal(Enumerable.Range(0, 9).Select(i => (long)i), ids.data<long>().ToArray());
    }

    private static BertEncoder Make(BertOptions options)
    {
        NativeTorch.EnsureLoaded();
        var encoder = new BertEncoder(options, EncoderWidth);
        using var initializer = new WeightInitializer(5);
        initializer.TransformerLayers(encoder, options.InitializerRange);
        encoder.eval();
        return encoder;
    }
}
