using CoVR.Losses;
using CoVR.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Image-text contrastive training: pictures as targets against their captions. A warm-up for a model that starts from nothing.</summary>
/// <remarks>
/// The image-text contrastive stage of ALBEF (arXiv:2107.07651) and BLIP (arXiv:2201.12086) without momentum copies and
/// queues. Both directions are in the loss. Not safe for use from several threads.
/// </remarks>
public sealed class ContrastivePretrainingStep : ITrainingStep<CaptionedImageBatch>
{
    /// <summary>The name of the one loss.</summary>
    public const string LossName = "itc";

    private readonly IComposedEncoder _encoder;
    private readonly IContrastiveLoss _loss;
    private readonly double _temperature;
    private readonly Device _device;

    /// <summary>Creates a step.</summary>
    /// <param name="encoder">The model, an <c>nn.Module</c>; not disposed.</param>
    /// <param name="loss">What is applied to the similarities, for example the symmetric cross entropy.</param>
    /// <param name="temperature">Similarities are divided by this; above 0.</param>
    /// <param name="device">Where the model is; null for the CPU.</param>
    /// <exception cref="ArgumentException">The encoder has no weights of this runtime.</exception>
    public ContrastivePretrainingStep(IComposedEncoder encoder, IContrastiveLoss loss, double temperature = 0.07, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        _encoder = encoder;
        _loss = loss ?? throw new ArgumentNullException(nameof(loss));
        (_temperature, _device) = (temperature, device ?? CPU);
        Modules = new Dictionary<string, nn.Module>(StringComparer.Ordinal) { [StepModules.Model] = StepModules.Require(encoder) };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, nn.Module> Modules { get; }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Chunks, mixed precision or several processes are asked for: this short warm-up has none of them.</exception>
    public void RequireSupport(TrainingOptions options, int ranks)
    {
        ArgumentNullException.ThrowIfNull(options);
        var unsupported = ranks > 1 ? $"{ranks} processes"
            : options.ChunkSize is { } size ? $"chunks of {size}"
            : options.Precision is not TrainingPrecision.Float32 ? $"precision {TrainingPrecisions.NameOf(options.Precision)}"
            : null;
        if (unsupported is not null)
        {
            throw new NotSupportedException(
                $"{nameof(ContrastivePretrainingStep)} trains in one process, on whole batches, in 32 bits, not with {unsupported}; {nameof(ComposedTrainingStep)} can.");
        }
    }

    /// <inheritdoc/>
    public string Describe() => FormattableString.Invariant($"pictures against captions, temperature {_temperature:R}, {_loss.Describe()}");

    /// <inheritdoc/>
    public LossReport Compute(CaptionedImageBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        using Scalar temperature = _temperature;
        var pictures = _encoder.EncodeTarget(_encoder.EncodeVisual(batch.Pixels.ToTensor(_device))).mean([1]);
        var captions = _encoder.EncodeCaption(TokenBatch.From(batch.Captions, _device));
        var loss = _loss.Compute(pictures.mm(captions.t()).div(temperature));
        var named = WeightedSum.Name(LossName, loss, 1);
        return new LossReport(loss.MoveToOuterDisposeScope(), [named]);
    }
}
