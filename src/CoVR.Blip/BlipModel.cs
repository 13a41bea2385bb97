using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace CoVR.Blip;

/// <summary>Makes BLIP models with everything that travels with them; what <c>UseBlip</c> calls.</summary>
public static class BlipModel
{
    /// <summary>Makes a model in evaluation mode.</summary>
    /// <param name="options">What to make.</param>
    /// <param name="parts">What replaces BLIP's own parts; null for nothing.</param>
    /// <param name="logger">Hears what was made; may be null.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="OptionsValidationException">The options have faults; the message lists all of them.</exception>
    /// <exception cref="CheckpointException">The weights file is damaged, or (<see cref="CheckpointMismatchException"/>) of another model.</exception>
    /// <exception cref="InvalidDataException">The vocabulary is damaged, or larger than the model's.</exception>
    public static ComposedModel Create(BlipOptions options, BlipParts? parts = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (new BlipOptionsValidator().Validate(null, options) is { Failed: true } faults)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(BlipOptions), faults.Failures);
        }

        var device = TorchDevices.Parse(options.Device);
        var variant = Resolve(options);
        var tokenizer = options.Vocabulary is { } tokens
            ? BertTextTokenizer.ForBlip(tokens)
            : BertTextTokenizer.ForBlip(options.VocabularyPath!);
        var encoder = new BlipEncoder(WithTokensOf(variant.Architecture, tokenizer), parts);
        try
        {
            SetWeights(encoder, options, parts, logger ?? NullLogger.Instance);
            var description = Describe(encoder, variant, options);
            encoder.SetTrainable(options.Trainable, options.TrainVisualEncoder);
            encoder.eval();
            encoder.to(device);
            return new ComposedModel(encoder, tokenizer, new CaptionCleaner(variant.Text.MaxWords), description, device);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private static void SetWeights(BlipEncoder encoder, BlipOptions options, BlipParts? parts, ILogger logger)
    {
        if (options.Checkpoint is null || !options.StrictCheckpoint)
        {
            using var initializer = new WeightInitializer(options.Seed);
            encoder.Initialise(initializer);
        }

        if (options.Checkpoint is not { } path)
        {
            Log.FreshWeights(logger, options.Seed, encoder.parameters().Sum(parameter => parameter.numel()));
            return;
        }

        var report = StateDictLoader.Load(encoder, path, BlipCheckpointMap.For(parts ?? new BlipParts()), options.StrictCheckpoint);
        Log.WeightsLoaded(logger, report);
        Log.KeysIgnored(logger, report.Ignored);
        if (report.Missing.Count + report.Unexpected.Count + report.Misshapen.Count > 0)
        {
            Log.KeysDiffer(logger, report.Missing, report.Unexpected, report.Misshapen);
        }
    }

    private static ModelDescription Describe(BlipEncoder encoder, BlipVariant variant, BlipOptions options) => new(
        variant.Name, encoder.Image, variant.Text, WeightsHash.OfModule(encoder), options.Temperature, variant.Source, variant.License);

    private static BlipVariant Resolve(BlipOptions options)
    {
        var published = BlipVariants.Find(options.Variant)!;
        var architecture = options.Architecture ?? published.Architecture;
        var kind = options.Architecture is null ? published.Name : "custom";
        var file = options.Checkpoint is null ? string.Empty : Path.GetFileName(options.Checkpoint);
        var isPublished = file.Length > 0 && options.Architecture is null && published.Source.EndsWith(file, StringComparison.OrdinalIgnoreCase);
        return new BlipVariant(
            options.Name ?? FormattableString.Invariant($"blip-{kind}-{architecture.Image.Size}"),
            architecture,
            options.Text ?? published.Text,
            isPublished ? published.Source : file,
            isPublished ? published.License : string.Empty);
    }

    private static BlipArchitecture WithTokensOf(BlipArchitecture architecture, BertTextTokenizer tokenizer)
    {
        var size = architecture.Text.VocabularySize == 0 ? tokenizer.VocabularySize : architecture.Text.VocabularySize;
        return size >= tokenizer.VocabularySize
            ? architecture with { EncoderToken = tokenizer.EncId, Text = architecture.Text with { VocabularySize = size } }
            : throw new InvalidDataException($"The vocabulary has {tokenizer.VocabularySize} tokens with [DEC] and [ENC], the model {size}.");
    }
}
