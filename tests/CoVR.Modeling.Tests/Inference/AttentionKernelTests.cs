using System.Runtime.Intrinsics;
using CoVR.Modeling.Inference;
using CoVR.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Inference;

[Collection("torch")]
public sealed class AttentionKernelTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Generator _random = new(1);

    public AttentionKernelTests() => Assert.SkipUnless(Vector512.IsHardwareAccelerated && OneDnn.IsAvailable, "This processor has no 512-bit vectors.");

    public void Dispose()
    {
        _random.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(1, 1, 32, 1, 16, false)]
    [InlineData(2, 3, 33, 9, 64, true)]
    [InlineData(3, 2, 40, 577, 88, true)]
    [InlineData(1, 4, 577, 577, 64, false)]
    [InlineData(1, 1, 65, 8, 7, true)]
    public void Attend_OfRandomHeads_IsTheFormula(int batch, int heads, int queries, int keys, int width, bool masked)
    {
        var (query, key, value) = (Heads(batch, queries, heads, width), Heads(batch, keys, heads, width), Heads(batch, keys, heads, width));
        var mask = masked ? Random(batch, 1, 1, keys) * -20 : null;

        Assert.True(AttentionKernel.CanAttend(query, key, value, mask));
        var result = AttentionKernel.Attend(query, key, value, mask);

        Assert.Equal([batch, queries, heads * width], result.shape);
        Assert.InRange(Distance(Exact(query, key, value, mask), result), 0, 3e-6);
    }

    [Fact]
    public void AttendPacked_OfOneProjection_IsTheFormulaOfItsParts()
    {
        var packed = Random(2, 50, 3 * 4 * 24);
        var parts = packed.view(2, 50, 3, 4, 24).permute(2, 0, 3, 1, 4);

        using var noGrad = no_grad();

        Assert.InRange(Distance(Exact(parts[0], parts[1], parts[2], null), Attention.AttendPacked(packed, 4)), 0, 3e-6);
    }

    [Fact]
    public void Attend_ScoresFarApartOrMaskedByInfinity_IsTheFormula()
    {
        var (query, key, value) = (Heads(1, 32, 2, 16) * 300, Heads(1, 20, 2, 16) * 300, Heads(1, 20, 2, 16));
        var mask = zeros(1, 1, 1, 20);
        mask[TensorIndex.Ellipsis, TensorIndex.Slice(15)] = float.NegativeInfinity;

        Assert.InRange(Distance(Exact(query, key, value, mask), AttentionKernel.Attend(query, key, value, mask)), 0, 2e-4);
    }

    [Fact]
    public void Attend_NaNInAQuery_SpoilsItsRowOnly()
    {
        var (query, key, value) = (Heads(1, 40, 1, 16), Heads(1, 20, 1, 16), Heads(1, 20, 1, 16));
        query[0, 0, 7, 3] = float.NaN;

        var isNaN = AttentionKernel.Attend(query, key, value, null).isnan();

        Assert.True(isNaN[0, 7].all().item<bool>());
        Assert.Equal(16, isNaN.sum().item<long>());
    }

    [Fact]
    public void Attend_BatchesAndThreads_DoNotChangeARow()
    {
        var (query, key, value) = (Heads(3, 120, 4, 64), Heads(3, 120, 4, 64), Heads(3, 120, 4, 64));
        var threads = get_num_threads();
        try
        {
            set_num_threads(2);
            var whole = AttentionKernel.Attend(query, key, value, null);
            set_num_threads(1);
            var single = AttentionKernel.Attend(query[1].unsqueeze(0), key[1].unsqueeze(0), value[1].unsqueeze(0), null);

            Assert.Equal(whole[1].data<float>(), single[0].data<float>());
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void CanAttend_GradientsFewQueriesOrAMaskOfQueries_AreLeftToLibtorch()
    {
        var heads = Heads(1, 40, 2, 16);
        var trained = Heads(1, 40, 2, 16).detach().requires_grad_();

        Assert.False(AttentionKernel.CanAttend(heads, trained, heads, null));
        Assert.False(AttentionKernel.CanAttend(heads[TensorIndex.Ellipsis, TensorIndex.Slice(0, 31), TensorIndex.Colon], heads, heads, null));
        Assert.False(AttentionKernel.CanAttend(heads, heads, heads, Random(1, 1, 40, 40)));
        Assert.False(AttentionKernel.CanAttend(heads, heads.transpose(2, 3), heads, null));
        Assert.False(AttentionKernel.CanAttend(heads.to(ScalarType.Float64), heads, heads, null));
    }

    private static Tensor Exact(Tensor query, Tensor key, Tensor value, Tensor? mask)
    {
        var scores = query.to(ScalarType.Float64).matmul(key.to(ScalarType.Float64).transpose(2, 3)) / Math.Sqrt(query.shape[3]);
        return (mask is null ? scores : scores + mask).softmax(-1).matmul(value.to(ScalarType.Float64)).transpose(1, 2).flatten(2);
    }

    private static double Distance(Tensor exact, Tensor result) => (exact - result).abs().max().item<double>();

    private Tensor Random(params long[] shape) => randn(shape, generator: _random);

    private Tensor Heads(int batch, int tokens, int heads, int width) => Random(batch, tokens, heads * width).view(batch, tokens, heads, width).transpose(1, 2);
}
