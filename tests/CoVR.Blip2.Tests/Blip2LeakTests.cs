using CoVR.Losses;
using CoVR.Modeling;
using static TorchSharp.torch;

namespace CoVR.Blip2.Tests;

[Collection("alone")]
public sealed class Blip2LeakTests
{
    private const long AllowedBytes = 16L << 20;

    [Fact]
    public void Encode_TwoHundredBatches_LeavesNoTensorAndNoMemoryBehind() => AssertFlat(200, (model, pixels) =>
    {
        using var noGrad = no_grad();
        var text = model.TokenizeForEvaluation(Captions);
        var visual = model.Encoder.EncodeVisual(pixels);
        _ = model.Encoder.EncodeTarget(visual);
        _ = model.Encoder.EncodeQuery(visual, text);
        _ = model.Encoder.EncodeCaption(text);
    });

    [Fact]
    public void TrainingStep_HundredBatches_LeavesNoTensorAndNoMemoryBehind() => AssertFlat(100, (model, pixels) =>
    {
        model.Module!.train();
        var text = model.TokenizeForTraining(Captions);
        var queries = model.Encoder.EncodeQuery(model.Encoder.EncodeVisual(pixels), text).mean([1]);
        var targets = model.Encoder.EncodeTarget(model.Encoder.EncodeVisual(pixels)).mean([1]).detach();
        new QueryToTargetTerm(new HardNegativeNceLoss()).Compute(new TrainingEmbeddings(queries, targets, null, 0.07)).backward();
        model.Module.zero_grad();
    });

    private static string[] Captions => [.. Enumerable.Range(0, 4).Select(i => SmallBlip2.Captions[i % SmallBlip2.Captions.Length])];

    private static void AssertFlat(int batches, Action<ComposedModel, Tensor> work)
    {
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            using var model = SmallBlip2.Create(SmallBlip2.Options());
            using var pixels = SmallBlip2.Pixels(4);
            Run();
            var (resident, tensors) = Settled();
            Run();
            var (residentAfter, tensorsAfter) = Settled();
            Assert.InRange(tensorsAfter, 0, tensors);
            Assert.InRange(residentAfter - resident, long.MinValue, AllowedBytes);

            void Run()
            {
                for (var i = 0; i < batches; i++)
                {
                    using var scope = NewDisposeScope();
                    work(model, pixels);
                }
            }
        }
        finally
        {
            set_num_threads(threads);
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
