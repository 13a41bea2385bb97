using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>The way from options to a loaded model, which all families go: check, tokenizer, encoder, weights, description.</summary>
/// <typeparam name="TOptions">The family's options.</typeparam>
/// <typeparam name="TArchitecture">The family's sizes.</typeparam>
/// <typeparam name="TEncoder">The family's encoder.</typeparam>
/// <remarks>Safe for several threads.</remarks>
public abstract class ComposedModelFamily<TOptions, TArchitecture, TEncoder> : IValidateOptions<TOptions>
    where TOptions : ComposedModelOptions
    where TArchitecture : ComposedArchitecture
    where TEncoder : ComposedFamilyEncoder
{
    private readonly IServiceProvider? _services;

    /// <summary>Creates a family.</summary>
    /// <param name="services">The host's, whose <see cref="ICheckpointResolver"/>s judge the checkpoints of options; null where paths alone are known.</param>
    protected ComposedModelFamily(IServiceProvider? services = null) => _services = services;

    /// <summary>The family's name in lower case, for example <c>blip</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The published models.</summary>
    public abstract IReadOnlyList<ModelVariant<TArchitecture>> Variants { get; }

    /// <summary>Finds a published model; case does not matter.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The variant, or null.</returns>
    public ModelVariant<TArchitecture>? Find(string name) =>
        Variants.FirstOrDefault(variant => string.Equals(variant.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Finds every fault of the options at once.</summary>
    /// <param name="name">The pipeline; its resolver judges the checkpoint, without a network.</param>
    /// <param name="options">The options.</param>
    /// <returns>The faults.</returns>
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var result = Validate(options, _services?.GetKeyedService<ICheckpointResolver>(name ?? string.Empty) ?? CheckpointPaths.Resolver);
        return result.Failed
            ? ValidateOptionsResult.Fail($"CoVR pipeline '{name}', {typeof(TOptions).Name}: {string.Join("; ", result.Failures)}")
            : result;
    }

    /// <summary>Makes a model in evaluation mode. Everything that has to be downloaded is there before the model is made.</summary>
    /// <param name="options">What to make.</param>
    /// <param name="parts">What replaces the family's own parts, and who finds checkpoints; null for nothing, and paths only.</param>
    /// <param name="logger">Told what was made; may be null.</param>
    /// <param name="cancellationToken">Ends downloads.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="OptionsValidationException">The options have faults; the message lists all of them.</exception>
    /// <exception cref="CheckpointException">The weights cannot be found or downloaded, the file is damaged, or (<see cref="CheckpointMismatchException"/>) of another model.</exception>
    /// <exception cref="InvalidDataException">The vocabulary is damaged, or larger than the model's.</exception>
    public async ValueTask<ComposedModel> CreateAsync(TOptions options, ComposedModelParts? parts = null, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        parts ??= ComposedModelParts.None;
        var resolver = parts.Checkpoints ?? CheckpointPaths.Resolver;
        if (Validate(options, resolver) is { Failed: true } faults)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(TOptions), faults.Failures);
        }

        List<ResolvedCheckpoint?> files = [];
        foreach (var (_, name) in CheckpointsOf(options))
        {
            files.Add(name is null ? null : await resolver.ResolveAsync(ReferenceOf(name, options), cancellationToken).ConfigureAwait(false));
        }

        var vocabulary = options.Vocabulary is null ? options.VocabularyPath ?? await PublishedVocabularyAsync(resolver, cancellationToken).ConfigureAwait(false) : null;
        return Create(options, files, vocabulary, parts, logger ?? NullLogger.Instance);
    }

    private ComposedModel Create(TOptions options, List<ResolvedCheckpoint?> files, string? vocabularyPath, ComposedModelParts parts, ILogger logger)
    {
        var device = TorchDevices.Parse(options.Device);
        var variant = Resolve(options, files[0]);
        var tokenizer = CreateTokenizer(options, vocabularyPath);
        var encoder = CreateEncoder(Complete(variant.Architecture, tokenizer, options), tokenizer, parts);
        try
        {
            SetWeights(encoder, options, files[0], parts, logger);
            SetTargetWeights(encoder, options, [.. files.Skip(1).Select(file => file?.Path)], parts, logger);
            var description = new ModelDescription(
                variant.Name, encoder.Image, variant.Text, WeightsHash.OfState(TargetState(encoder)), options.Temperature, variant.Source, variant.License);
            SetTrainable(encoder, options);
            encoder.eval();
            encoder.to(device);
            return new ComposedModel(encoder, tokenizer, new CaptionCleaner(variant.Text.MaxWords), description, device)
            {
                HashWeights = () => WeightsHash.OfState(TargetState(encoder)),
            };
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Compares a file with the model that options describe, without loading it: the model's memory is reserved, but neither set nor read.</summary>
    /// <param name="options">Variant, architecture, fusion and vocabulary; other options are not looked at.</param>
    /// <param name="path">The weights.</param>
    /// <returns>What a strict load would do with every key.</returns>
    /// <exception cref="CheckpointException">The file is damaged, or (<see cref="CheckpointMismatchException"/>) of another model.</exception>
    /// <exception cref="InvalidDataException">The vocabulary is damaged, or larger than the model's.</exception>
    /// <exception cref="ArgumentException">There is no such variant, or the options name no vocabulary.</exception>
    public LoadReport RequireFit(TOptions options, string path)
    {
        ArgumentNullException.ThrowIfNull(options);
        var variant = Find(options.Variant) ?? throw new ArgumentException($"'{options.Variant}' is none of {string.Join(", ", Variants.Select(known => known.Name))}.", nameof(options));
        NativeTorch.EnsureLoaded();
        var tokenizer = CreateTokenizer(options, options.VocabularyPath);
        using var encoder = CreateEncoder(Complete(ArchitectureOf(options) ?? variant.Architecture, tokenizer, options), tokenizer, ComposedModelParts.None);
        return StateDictLoader.RequireFit(encoder, path, StrictMapFor(encoder, ComposedModelParts.None));
    }

    /// <summary>Sizes of the host's own; null for the variant's.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The sizes, or null.</returns>
    protected abstract TArchitecture? ArchitectureOf(TOptions options);

    /// <summary>Faults that only this family knows.</summary>
    /// <param name="options">The options.</param>
    /// <returns>One sentence a fault.</returns>
    protected abstract IEnumerable<string> FindFamilyFaults(TOptions options);

    /// <summary>Adds the family's own tokens to a vocabulary.</summary>
    /// <param name="vocabulary">The tokens; the place of each is its id.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">The vocabulary is damaged.</exception>
    protected abstract BertTextTokenizer CreateTokenizer(IEnumerable<string> vocabulary);

    /// <summary>Adds the family's own tokens to a vocabulary file.</summary>
    /// <param name="vocabularyPath">UTF-8, one token a line.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="InvalidDataException">The vocabulary is damaged.</exception>
    protected abstract BertTextTokenizer CreateTokenizer(string vocabularyPath);

    /// <summary>Allocates the encoder on the CPU.</summary>
    /// <param name="architecture">Sizes, with as many words as the model has.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="parts">What replaces the family's own parts.</param>
    /// <returns>The encoder, whose values are unset.</returns>
    protected abstract TEncoder CreateEncoder(TArchitecture architecture, BertTextTokenizer tokenizer, ComposedModelParts parts);

    /// <summary>How files become the encoder's state dict.</summary>
    /// <param name="parts">What replaces the family's own parts.</param>
    /// <returns>The map.</returns>
    protected abstract CheckpointMap MapFor(ComposedModelParts parts);

    /// <summary>Chooses what is trained.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="options">Valid options.</param>
    protected abstract void SetTrainable(TEncoder encoder, TOptions options);

    /// <summary>The options that name weights.</summary>
    /// <param name="options">The options, perhaps with faults.</param>
    /// <returns>The name of each option and what it holds; null for nothing.</returns>
    protected virtual IReadOnlyList<(string Option, string? Name)> CheckpointsOf(TOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return [(nameof(options.Checkpoint), options.Checkpoint)];
    }

    /// <summary>Loads the weights that embed targets where they are not those of the checkpoint; nothing unless a family overrides it.</summary>
    /// <param name="encoder">The encoder, on the CPU.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="files">The files of <see cref="CheckpointsOf"/> after the first; null where an option names none.</param>
    /// <param name="parts">What replaces the family's own parts.</param>
    /// <param name="logger">Told what was loaded.</param>
    protected virtual void SetTargetWeights(TEncoder encoder, TOptions options, IReadOnlyList<string?> files, ComposedModelParts parts, ILogger logger)
    {
    }

    /// <summary>The weights that embed targets, whose hash tells stored embeddings apart.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <returns>Its own state dict unless a family overrides it.</returns>
    protected virtual IReadOnlyDictionary<string, Tensor> TargetState(TEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return encoder.state_dict();
    }

    /// <summary>Loads a file and tells the log what became of every key.</summary>
    /// <param name="encoder">What is loaded into.</param>
    /// <param name="path">The file.</param>
    /// <param name="map">How its keys become the encoder's.</param>
    /// <param name="strict">Whether keys and shapes must agree.</param>
    /// <param name="logger">The log.</param>
    /// <exception cref="CheckpointException">The file is damaged, or (<see cref="CheckpointMismatchException"/>) of another model.</exception>
    protected static void Load(TEncoder encoder, string path, CheckpointMap map, bool strict, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        var report = StateDictLoader.Load(encoder, path, map, strict);
        Log.WeightsLoaded(logger, report);
        Log.KeysIgnored(logger, report.Ignored);
        if (report.Missing.Count + report.Unexpected.Count + report.Misshapen.Count > 0)
        {
            Log.KeysDiffer(logger, report.Missing, report.Unexpected, report.Misshapen);
        }
    }

    private BertTextTokenizer CreateTokenizer(TOptions options, string? vocabularyPath) => options.Vocabulary is { } tokens
        ? CreateTokenizer(tokens)
        : CreateTokenizer(vocabularyPath ?? throw new ArgumentException($"The options name no vocabulary ({nameof(options.Vocabulary)}, {nameof(options.VocabularyPath)}).", nameof(options)));

    private static async ValueTask<string> PublishedVocabularyAsync(ICheckpointResolver checkpoints, CancellationToken cancellationToken)
    {
        try
        {
            return (await checkpoints.ResolveAsync(new CheckpointReference(ComposedModelOptions.PublishedVocabulary), cancellationToken).ConfigureAwait(false)).Path;
        }
        catch (CheckpointException fault)
        {
            throw new CheckpointException(
                "vocab.txt", $"the vocabulary of bert-base-uncased is needed to read texts; name one with {nameof(ComposedModelOptions.VocabularyPath)}. ({fault.Message})", fault);
        }
    }

    // Sizes of the host's own take weights of any variant.
    private CheckpointReference ReferenceOf(string? checkpoint, TOptions options) =>
        new(checkpoint ?? string.Empty, Name, ArchitectureOf(options) is null ? options.Variant : string.Empty);

    private ValidateOptionsResult Validate(TOptions options, ICheckpointResolver resolver)
    {
        List<string> faults =
        [
            .. OptionFaults.Annotations(options, string.Empty),
            .. FindVariantFaults(options.Variant),
            .. CheckpointsOf(options).SelectMany(named => OptionFaults.OfCheckpoint(named.Option, named.Name, ReferenceOf(named.Name, options), resolver)),
            .. OptionFaults.OfVocabulary(options, resolver),
            .. FindFamilyFaults(options),
            .. OptionFaults.OfFusion(options.Fusion),
            .. OptionFaults.OfDevice(options.Device),
            .. OptionFaults.OfText(options.Text),
            .. ArchitectureOf(options)?.FindFaults() ?? [],
        ];
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private void SetWeights(TEncoder encoder, TOptions options, ResolvedCheckpoint? checkpoint, ComposedModelParts parts, ILogger logger)
    {
        using (var initializer = new WeightInitializer(options.Seed))
        {
            if (checkpoint is null || !options.StrictCheckpoint)
            {
                encoder.Initialise(initializer);
            }
            else
            {
                encoder.InitialiseFusion(initializer);
            }
        }

        if (checkpoint is null)
        {
            Log.FreshWeights(logger, Name, encoder.parameters().Sum(parameter => parameter.numel()), options.Seed);
            return;
        }

        Load(encoder, checkpoint.Path, StrictMapFor(encoder, parts), options.StrictCheckpoint, logger);
    }

    // Published weights know nothing of the small head of late fusion.
    private CheckpointMap StrictMapFor(TEncoder encoder, ComposedModelParts parts) => encoder.HasLateFusion ? MapFor(parts).WithOptional("fusion.*") : MapFor(parts);

    private IEnumerable<string> FindVariantFaults(string variant)
    {
        if (Find(variant) is null)
        {
            yield return $"Variant: '{variant}' is none of {string.Join(", ", Variants.Select(known => known.Name))}.";
        }
    }

    private ModelVariant<TArchitecture> Resolve(TOptions options, ResolvedCheckpoint? checkpoint)
    {
        var published = Find(options.Variant)!;
        var own = ArchitectureOf(options);
        var architecture = own ?? published.Architecture;
        return new ModelVariant<TArchitecture>(
            options.Name ?? FormattableString.Invariant($"{Name}-{(own is null ? published.Name : "custom")}-{architecture.Image.Size}"),
            architecture,
            options.Text ?? published.Text,
            checkpoint?.Source ?? string.Empty,
            checkpoint?.License ?? string.Empty);
    }

    private static TArchitecture Complete(TArchitecture architecture, BertTextTokenizer tokenizer, TOptions options)
    {
        var size = architecture.Text.VocabularySize == 0 ? tokenizer.VocabularySize : architecture.Text.VocabularySize;
        ComposedArchitecture sized = architecture;
        return size >= tokenizer.VocabularySize
            ? (TArchitecture)(sized with
            {
                Text = sized.Text with { VocabularySize = size },
                Vision = sized.Vision with { CheckpointedBlocks = options.CheckpointedBlocks ?? sized.Vision.CheckpointedBlocks },
                Fusion = options.Fusion ?? sized.Fusion,
            })
            : throw new InvalidDataException($"The vocabulary has {tokenizer.VocabularySize} tokens with those that the model adds, the model {size}.");
    }
}
