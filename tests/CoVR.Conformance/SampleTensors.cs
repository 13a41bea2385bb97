using CoVR.Modeling;
using CoVR.Modeling.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.Conformance;

/// <summary>Repeatable tensors for the suites, and what they ask of every call.</summary>
internal static class SampleTensors
{
    /// <summary>Values in [0, 1) of a seed.</summary>
    public static Tensor Random(int seed, Device device, params long[] shape)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, side) => product * side)).Select(_ => (float)random.NextDouble())];
        return tensor(values, shape, device: device);
    }

    /// <summary>Texts of one length with padding behind them.</summary>
    public static TokenBatch Tokens(IReadOnlyList<IReadOnlyList<long>> texts, int padding, long paddingId)
    {
        var length = texts[0].Count + padding;
        long[] ids = [.. texts.SelectMany(text => text.Concat(Enumerable.Repeat(paddingId, padding)))];
        long[] mask = [.. texts.SelectMany(text => Enumerable.Repeat(1L, text.Count).Concat(Enumerable.Repeat(0L, padding)))];
        return new TokenBatch(ids, mask, texts.Count, length);
    }

    /// <summary>Where a part's weights are.</summary>
    public static Device DeviceOf(object part)
    {
        NativeTorch.EnsureLoaded();
        return (part as nn.Module)?.parameters().FirstOrDefault()?.device ?? CPU;
    }

    public static bool AreClose(Tensor expected, Tensor actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        return expected.shape.AsSpan().SequenceEqual(actual.shape) && expected.sub(actual).abs().max().item<float>() <= tolerance;
    }

    /// <summary>A call in a dispose scope leaves nothing alive; the first may set something up.</summary>
    public static void AssertNothingStays(Func<Tensor> call)
    {
        Once();
        var before = LiveTensors.Settled();
        Once();
        Once();
        LiveTensors.AssertNoMoreThan(before);

        void Once()
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            call();
        }
    }

    /// <summary>Four calls at once give the numbers of one alone.</summary>
    public static async Task AssertThreadSafeAsync(Func<Tensor> call, double tolerance)
    {
        var alone = Values();
        foreach (var values in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Values))))
        {
            Assert.Equal(alone.Length, values.Length);
            Assert.True(alone.Zip(values).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance), "The numbers differ between threads.");
        }

        float[] Values()
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            return call().cpu().flatten().data<float>().ToArray();
        }
    }
}
