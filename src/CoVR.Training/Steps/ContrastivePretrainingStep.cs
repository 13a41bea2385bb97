using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Training.Batches;
using CoVR.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Steps;

/// <summary>Image-text contrastive training: images against their captions. A warm-up for a model with new weights.</summary>
/// <remarks>
/// The image-text contrastive stage of ALBEF (arXiv:2107.07651) and BLIP (arXiv:2201.12086) without momentum encoders and
/// queues. The loss covers both directions. Not safe for use from several threads.
/// </remarks>
internal sealed class ContrastivePretrainingStep(IComposedEncoder encoder, IContrastiveLoss loss, double temperature = 0.07) : ITrainingStep<CaptionedImageBatch>
{
    private const string LossName = "itc";

    public IReadOnlyDictionary<string, nn.Module> Modules { get; } =
        new Dictionary<string, nn.Module>(StringComparer.Ordinal) { [ComposedTrainingStep.ModelName] = ComposedTrainingStep.ModuleOf(encoder) };

    public void RequireSupport(TrainingContext context)
    {
        var unsupported = context.Ranks > 1 ? $"{context.Ranks} processes"
            : context.ChunkSize is { } size ? $"chunks of {size}"
            : context.Precision is not ScalarType.Float32 ? $"precision {RunSettings.NameOf(context.Precision)}"
            : null;
        if (unsupported is not null)
        {
            throw new NotSupportedException($"Pretraining supports only one process, whole batches and 32 bits, not {unsupported}.");
        }
    }

    public string Describe() => FormattableString.Invariant($"pictures against captions, temperature {temperature:R}, {loss.Describe()}");

    public LossReport Compute(CaptionedImageBatch batch, TrainingContext context)
    {
        using var scope = NewDisposeScope();
        using Scalar divisor = temperature;
        var images = encoder.EncodeTarget(encoder.EncodeVisual(batch.Pixels.ToTensor(context.Device))).mean([1]);
        var captions = encoder.EncodeCaption(batch.Captions);
        var total = loss.Compute(images.mm(captions.t()).div(divisor));
        var value = LossReport.ValueOf(total);
        return new LossReport(total.MoveToOuterDisposeScope(), new Dictionary<string, double>(StringComparer.Ordinal) { [LossName] = value });
    }
}
