using TorchSharp;

namespace CoVR.Training;

/// <summary>Turns a batch into losses. The trainer knows nothing else about what is trained.</summary>
/// <typeparam name="TBatch">What one step reads.</typeparam>
public interface ITrainingStep<in TBatch>
{
    /// <summary>What is trained and saved, by name; parameters that require a gradient are trained, the others are kept.</summary>
    IReadOnlyDictionary<string, torch.nn.Module> Modules { get; }

    /// <summary>Computes the losses of one batch, with gradients recorded.</summary>
    /// <param name="batch">The batch; not disposed.</param>
    /// <returns>The sum and its parts; the caller disposes it.</returns>
    LossReport Compute(TBatch batch);

    /// <summary>Refuses ways of training that the step cannot do; called once, before the first batch.</summary>
    /// <param name="options">How the run trains.</param>
    /// <param name="ranks">How many processes train together, at least 1.</param>
    /// <exception cref="NotSupportedException">The step would train otherwise than the options say.</exception>
    void RequireSupport(TrainingOptions options, int ranks)
    {
    }

    /// <summary>One line that tells two steps apart; a run state of another step is refused.</summary>
    string Describe() => GetType().Name;
}
