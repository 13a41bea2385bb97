using CoVR.Modeling;
using static TorchSharp.torch;

namespace CoVR.Blip.Tests;

[Collection("alone")]
public sealed class BlipLeakTests
{
    private const long AllowedBytes = 16L << 20;

    [Fact]
    public void Encode_TwoHundredBatches_LeavesNoTensorAndNoMemoryBehind()
    {
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            using var model = SmallBlip.Create(SmallBlip.Options());
            using var pixels = SmallBlip.Pixels(4);
            Run(model, pixels, 200);
            var (resident, tensors) = Settled();
            Run(model, pixels, 200);
            var (residentAfter, tensorsAfter) = Settled();
            Assert.InRange(tensorsAfter, 0, tensors);
            Assert.InRange(residentAfter - resident, long.MinValue, AllowedBytes);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static void Run(ComposedModel model, Tensor pixels, int batches)
    {
        string[] captions = [.. Enumerable.Range(0, 4).Select(i => SmallBlip.Captions[i % SmallBlip.Captions.Length])];
        for (var i = 0; i < batches; i++)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var text = model.TokenizeForEvaluation(captions);
            var visual = model.Encoder.EncodeVisual(pixels);
            _ = model.Encoder.EncodeTarget(visual);
            _ = model.Encoder.EncodeQuery(visual, text);
            _ = model.Encoder.EncodeCaption(text);
        }
    }

    private static (long Resident, long Tensors) Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return (Environment.WorkingSet, Tensor.TotalCount);
    }
}
