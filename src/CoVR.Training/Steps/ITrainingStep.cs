using CoVR.Training.Runs;
using TorchSharp;

namespace CoVR.Training.Steps;

/// <summary>Computes the losses of a batch: all that <see cref="Trainer"/> knows of what is trained.</summary>
/// <typeparam name="TBatch">What one step reads.</typeparam>
public interface ITrainingStep<in TBatch>
{
    /// <summary>What is trained and saved, by name; parameters that require a gradient are trained, the others stay fixed.</summary>
    IReadOnlyDictionary<string, torch.nn.Module> Modules { get; }

    /// <summary>Computes the losses of one batch, with gradients recorded.</summary>
    /// <param name="batch">The batch; not disposed.</param>
    /// <param name="context">How the run trains: device, precision, chunks, ranks.</param>
    /// <returns>The sum and its terms; the caller disposes it.</returns>
    LossReport Compute(TBatch batch, TrainingContext context);

    /// <summary>Called once before the first batch, to refuse ways of training that the step does not implement.</summary>
    /// <param name="context">How the run trains.</param>
    /// <exception cref="NotSupportedException">The step does not implement something that the context asks for.</exception>
    void RequireSupport(TrainingContext context)
    {
    }

    /// <summary>One line that identifies the step; a run state saved with another step is refused.</summary>
    string Describe() => GetType().Name;
}
