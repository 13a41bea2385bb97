using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses.Tests;

[Collection("torch")]
public sealed class LossTermTests
{
    private readonly CapturingLoss _loss = new();

    [Fact]
    public void QueryToTarget_Embeddings_GivesSimilaritiesOverTemperatureWithQueriesAsRows()
    {
        using var scope = NewDisposeScope();
        var batch = new TrainingEmbeddings(tensor([1f, 0, 0, 1], [2, 2]), tensor([0.5f, 1, -1, 0.25f], [2, 2]), null, 0.5);
        new QueryToTargetTerm(_loss).Compute(batch);
        NumericAssert.Close([1, -2, 2, 0.5f], _loss.Logits, 0, 0, "logits");
    }

    [Fact]
    public void QueryToCaption_Embeddings_ComparesWithCaptionsNotTargets()
    {
        using var scope = NewDisposeScope();
        var batch = new TrainingEmbeddings(tensor([1f, 0, 0, 1], [2, 2]), zeros(2, 2), tensor([0.5f, 1, -1, 0.25f], [2, 2]), 1);
        new QueryToCaptionTerm(_loss).Compute(batch);
        NumericAssert.Close([0.5f, -1, 1, 0.25f], _loss.Logits, 0, 0, "logits");
    }

    [Fact]
    public void QueryToCaption_BatchWithoutCaptions_SaysWhatToDo()
    {
        using var scope = NewDisposeScope();
        var batch = new TrainingEmbeddings(ones(2, 2), ones(2, 2), null, 1);
        var error = Assert.Throws<InvalidOperationException>(() => new QueryToCaptionTerm(_loss).Compute(batch));
        Assert.Contains("si_tc", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void QueryToTarget_ShapesDiffer_NamesBoth()
    {
        using var scope = NewDisposeScope();
        var batch = new TrainingEmbeddings(ones(2, 2), ones(3, 2), null, 1);
        var error = Assert.Throws<ArgumentException>(() => new QueryToTargetTerm(_loss).Compute(batch));
        Assert.Contains("[2, 2] and [3, 2]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_InsideAScope_LeavesNothingButTheResult()
    {
        using var outer = NewDisposeScope();
        var batch = new TrainingEmbeddings(rand(4, 3), rand(4, 3), rand(4, 3), 0.07);
        var before = outer.DisposablesCount;
        foreach (IContrastiveLoss loss in new IContrastiveLoss[] { new HardNegativeNceLoss(), new CrossEntropyContrastiveLoss() })
        {
            using (new QueryToTargetTerm(loss).Compute(batch))
            using (new QueryToCaptionTerm(loss).Compute(batch))
            {
                Assert.Equal(before + 2, outer.DisposablesCount);
            }
        }
    }

    private sealed class CapturingLoss : IContrastiveLoss
    {
        public float[] Logits { get; private set; } = [];

        public Tensor Compute(Tensor logits)
        {
            Logits = logits.contiguous().data<float>().ToArray();
            return logits.sum();
        }
    }
}
