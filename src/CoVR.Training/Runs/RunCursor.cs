using CoVR.Data;

namespace CoVR.Training.Runs;

/// <summary>The position of a run: everything except tensors that the next step depends on, and what is reported at the end.</summary>
internal sealed record RunCursor
{
    /// <summary>Finished epochs.</summary>
    public int Epoch { get; init; }

    /// <summary>Finished batches of the running epoch; all of them if only validation is left.</summary>
    public int Batch { get; init; }

    /// <summary>Finished steps.</summary>
    public long Step { get; init; }

    /// <summary>Finished steps of the running epoch; fewer than batches if gradients are accumulated.</summary>
    public int EpochSteps { get; init; }

    /// <summary>Sum of the losses of the running epoch.</summary>
    public double LossSum { get; init; }

    /// <summary>Best primary metric so far.</summary>
    public double? Best { get; init; }

    /// <summary>Its epoch.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>How many items were left out of their batches.</summary>
    public long Skipped { get; init; }

    /// <summary>The same in the running epoch.</summary>
    public long EpochSkipped { get; init; }

    /// <summary>The loss scale; null without 16-bit floats.</summary>
    public LossScale? Scale { get; init; }

    internal RunCursor AfterStep(double loss, int batches, long skipped, LossScale? scale) => this with
    {
        Batch = Batch + batches,
        Step = Step + 1,
        EpochSteps = EpochSteps + 1,
        LossSum = LossSum + loss,
        Skipped = Skipped + skipped,
        EpochSkipped = EpochSkipped + skipped,
        Scale = scale,
    };

    internal RunCursor AfterEpoch(RetrievalReport? validation)
    {
        var better = validation?.Primary is { } primary && !double.IsNaN(primary) && (Best is null || primary > Best);
        return this with
        {
            Epoch = Epoch + 1,
            Batch = 0,
            EpochSteps = 0,
            LossSum = 0,
            EpochSkipped = 0,
            Best = better ? validation!.Primary : Best,
            BestEpoch = better ? Epoch : BestEpoch,
        };
    }
}
