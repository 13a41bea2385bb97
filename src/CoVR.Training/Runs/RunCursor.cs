namespace CoVR.Training;

/// <summary>Where a run is: everything beside tensors that the next step depends on, and what is reported at the end.</summary>
internal sealed record RunCursor
{
    /// <summary>Finished epochs.</summary>
    public int Epoch { get; init; }

    /// <summary>Finished batches of the running epoch; all of them when only validation is left.</summary>
    public int Batch { get; init; }

    /// <summary>Finished steps.</summary>
    public long Step { get; init; }

    /// <summary>Sum of the losses of the running epoch.</summary>
    public double LossSum { get; init; }

    /// <summary>Best primary metric so far.</summary>
    public double? Best { get; init; }

    /// <summary>Its epoch.</summary>
    public int? BestEpoch { get; init; }

    internal RunCursor AfterStep(double loss) => this with { Batch = Batch + 1, Step = Step + 1, LossSum = LossSum + loss };

    internal RunCursor AfterEpoch(ValidationReport? validation)
    {
        var better = validation is not null && !(validation.Primary <= Best);
        return this with
        {
            Epoch = Epoch + 1,
            Batch = 0,
            LossSum = 0,
            Best = better ? validation!.Primary : Best,
            BestEpoch = better ? Epoch : BestEpoch,
        };
    }
}
