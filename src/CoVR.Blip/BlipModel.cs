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
        var encoder = MakeEncoder(options, WithTokensOf(variant.Architecture, tokenizer), parts);
        Log.ModelCreated(logger ?? NullLogger.Instance, variant.Name, encoder.parameters().Sum(parameter => parameter.numel()), options.Device);
        var description = new ModelDescription(
            variant.Name, encoder.Image, variant.Text, WeightsHash.OfModule(encoder), options.Temperature, variant.Source, variant.License);
        encoder.to(device);
        return new ComposedModel(encoder, tokenizer, new CaptionCleaner(variant.Text.MaxWords), description, device);
    }

    private static BlipEncoder MakeEncoder(BlipOptions options, BlipArchitecture architecture, BlipParts? parts)
    {
        var encoder = new BlipEncoder(architecture, parts);
        using (var initializer = new WeightInitializer(options.Seed))
        {
            encoder.Initialise(initializer);
        }

        encoder.SetTrainable(options.Trainable, options.TrainVisualEncoder);
        encoder.eval();
        return encoder;
    }

    private static BlipVariant Resolve(BlipOptions options)
    {
        var published = BlipVariants.Find(options.Variant)!;
        var architecture = options.Architecture ?? published.Architecture;
        var kind = options.Architecture is null ? published.Name : "custom";
        return new BlipVariant(
            options.Name ?? FormattableString.Invariant($"blip-{kind}-{architecture.Image.Size}"),
            architecture,
            options.Text ?? published.Text,
            string.Empty,
            string.Empty);
    }

    private static BlipArchitecture WithTokensOf(BlipArchitecture architecture, BertTextTokenizer tokenizer)
    {
        var size = architecture.Text.VocabularySize == 0 ? tokenizer.VocabularySize : architecture.Text.VocabularySize;
        return size >= tokenizer.VocabularySize
            ? architecture with { EncoderToken = tokenizer.EncId, Text = architecture.Text with { VocabularySize = size } }
            : throw new InvalidDataException($"The vocabulary has {tokenizer.VocabularySize} tokens with [DEC] and [ENC], the model {size}.");
    }
}
