using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Text;

[Collection("torch")]
public sealed class TokenBatchTests
{
    [Fact]
    public void From_OfTensors_KeepsRowsAndOrderOfAnyLayout()
    {
        using var scope = NewDisposeScope();
        var ids = tensor(new long[] { 1, 2, 3, 4, 5, 6 }, [3, 2]).t();
        var text = TokenBatch.From(ids, ones_like(ids));
        Assert.Equal([1, 3, 5, 2, 4, 6], text.Ids);
        Assert.Equal((2, 3), (text.Rows, text.Length));
        Assert.True(ids.eq(text.IdsOn(CPU)).all().item<bool>());
    }

    [Fact]
    public void From_OfTwoShapes_IsRefusedWithBoth()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => TokenBatch.From(zeros([2, 3], ScalarType.Int64), zeros([2, 4], ScalarType.Int64)));
        Assert.Contains("[2, 3] and [2, 4]", error.Message, StringComparison.Ordinal);
    }
}
