using CoVR.Losses;
using CoVR.Modeling.Native;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoVR.Conformance;

/// <summary>What every loss term keeps.</summary>
[Collection("torch")]
public abstract class LossTermConformance
{
    /// <summary>Loads libtorch, so that <see cref="Create"/> may make modules.</summary>
    protected LossTermConformance() => NativeTorch.EnsureLoaded();

    /// <summary>Makes the term under test.</summary>
    protected abstract ILossTerm Create();

    [Fact]
    public void Name_OfTwoInstances_IsTheSameText()
    {
        Assert.False(string.IsNullOrWhiteSpace(Create().Name));
        Assert.Equal(Create().Name, Create().Name);
    }

    [Fact]
    public void Compute_ReturnsAFiniteScalar()
    {
        using var scope = NewScope();
        var loss = Create().Compute(Batch(5));
        Assert.Equal(0, loss.dim());
        Assert.True(float.IsFinite(loss.item<float>()));
    }

    [Fact]
    public void Compute_GivesTheQueriesAGradient()
    {
        using var scope = NewScope();
        var batch = Batch(5);
        Create().Compute(batch).backward();
        Assert.True(batch.Queries.grad!.isfinite().all().item<bool>());
        Assert.True(batch.Queries.grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void Compute_LeavesItsInputAsItIs()
    {
        using var scope = NewScope();
        var batch = Batch(5);
        var (queries, targets) = (batch.Queries.clone(), batch.Targets!.clone());
        Create().Compute(batch);
        Assert.True(queries.eq(batch.Queries).all().item<bool>());
        Assert.True(targets.eq(batch.Targets!).all().item<bool>());
    }

    [Fact]
    public void Compute_OfMatchingPairs_IsLowerThanOfSwappedOnes()
    {
        using var scope = NewScope();
        var right = eye(4, 8);
        var wrong = right.roll([1L], [0L]);
        var term = Create();
        var matching = term.Compute(new TrainingEmbeddings(right, right, right, 0.1)).item<float>();
        Assert.True(matching < term.Compute(new TrainingEmbeddings(right, wrong, wrong, 0.1)).item<float>());
    }

    [Fact]
    public void Compute_WithNoMoreThanItNeeds_GivesTheSameLoss()
    {
        using var scope = NewScope();
        Assert.Equal(Create().Compute(Batch(4)).item<float>(), Create().Compute(Only(Create().Needs)).item<float>(), 1e-4f);
    }

    [Theory]
    [InlineData(LossInputs.Targets)]
    [InlineData(LossInputs.TargetCaptions)]
    public void Compute_WithoutWhatItNeeds_IsRefused(LossInputs missing)
    {
        using var scope = NewScope();
        var term = Create();
        if (term.Needs.HasFlag(missing))
        {
            Assert.Throws<InvalidOperationException>(() => term.Compute(Only(term.Needs & ~missing)));
        }
    }

    private static TrainingEmbeddings Only(LossInputs inputs)
    {
        var batch = Batch(4);
        return batch with
        {
            Targets = inputs.HasFlag(LossInputs.Targets) ? batch.Targets : null,
            TargetCaptions = inputs.HasFlag(LossInputs.TargetCaptions) ? batch.TargetCaptions : null,
        };
    }

    private static DisposeScope NewScope()
    {
        NativeTorch.EnsureLoaded();
        return NewDisposeScope();
    }

    private static TrainingEmbeddings Batch(int size)
    {
        var random = new Random(3);
        return new TrainingEmbeddings(Rows(random, size).requires_grad_(), Rows(random, size), Rows(random, size), 0.07);
    }

    private static Tensor Rows(Random random, int size) =>
        tensor(SampleEmbeddings.Next(random, size, 8).Values.ToArray(), [size, 8]);
}
