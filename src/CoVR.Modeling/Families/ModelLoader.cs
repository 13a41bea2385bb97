using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Inference;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Native;
using CoVR.Modeling.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Families;

/// <summary>Loads a model from options: validation, download, tokenizer, encoder, weights, description.</summary>
internal sealed partial class ModelLoader(ModelFamily family, ModelOptions options, ComposedModelParts parts, ILogger logger)
{
    private const string VisualKeys = "visual_encoder.";

    private readonly ICheckpointResolver _resolver = parts.Checkpoints ?? PathResolver.Instance;
    private ComposedFamilyEncoder? _targets;
    private bool _isRounded;

    private bool HasOwnSizes => options.Architecture is not null;

    // Custom sizes accept weights of any variant.
    private string WantedVariant => HasOwnSizes ? string.Empty : family.Find(options.Variant)?.Name ?? string.Empty;

    /// <summary>Every fault of the options, one sentence each.</summary>
    public IReadOnlyList<string> FindFaults() => new ModelOptionFaults(family, options, _resolver, WantedVariant).FindAll();

    /// <summary>Downloads what is missing, then makes the model.</summary>
    public async ValueTask<ComposedModel> LoadAsync(CancellationToken cancellationToken)
    {
        if (FindFaults() is { Count: > 0 } faults)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(ModelOptions), faults);
        }

        var weights = await ResolveAsync(options.Checkpoint, cancellationToken).ConfigureAwait(false);
        var targets = await ResolveAsync(options.TargetCheckpoint, cancellationToken).ConfigureAwait(false);
        var vocabulary = options.Vocabulary is null ? options.VocabularyPath ?? await ResolveVocabularyAsync(cancellationToken).ConfigureAwait(false) : null;
        return Create(weights, targets?.Path, vocabulary);
    }

    /// <summary>Compares a file with the model without loading it.</summary>
    public LoadReport RequireFit(string path)
    {
        var variant = family.Find(options.Variant)
            ?? throw new ArgumentException($"'{options.Variant}' is not one of {string.Join(", ", family.Variants.Select(known => known.Name))}.", nameof(path));
        NativeTorch.EnsureLoaded();
        var tokenizer = CreateTokenizer(options.VocabularyPath);
        using var encoder = family.CreateEncoder(Complete(options.Architecture ?? variant.Architecture, tokenizer), tokenizer, parts);
        using var checkpoint = Checkpoint.Open(path);
        return checkpoint.RequireFit(encoder, MapFor(encoder));
    }

    private async ValueTask<ResolvedCheckpoint?> ResolveAsync(string? name, CancellationToken cancellationToken) =>
        name is null ? null : await _resolver.ResolveAsync(name, family.Name, WantedVariant, cancellationToken).ConfigureAwait(false);

    private async ValueTask<string> ResolveVocabularyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await _resolver.ResolveAsync(ModelOptions.PublishedVocabulary, cancellationToken: cancellationToken).ConfigureAwait(false)).Path;
        }
        catch (CheckpointException error)
        {
            throw new CheckpointException(
                "vocab.txt", $"the vocabulary of bert-base-uncased is needed to read texts; set {nameof(ModelOptions.VocabularyPath)}. ({error.Message})", error);
        }
    }

    private ComposedModel Create(ResolvedCheckpoint? weights, string? targets, string? vocabularyPath)
    {
        var device = NativeTorch.ParseDevice(options.Device);
        var published = family.Find(options.Variant)!;
        var architecture = options.Architecture ?? published.Architecture;
        var text = options.Text ?? published.Text;
        var tokenizer = CreateTokenizer(vocabularyPath);
        var sizes = Complete(architecture, tokenizer);
        var memory = HashMemoryOf(sizes, weights, targets);
        var known = memory?.Find();
        var visual = known is not null && options is { VisualEncoderOnDemand: true, Trainable: TrainableWeights.None, VisualEngine: null } ? OnDemand(sizes, weights!.Path, device, memory!) : null;
        var encoder = family.CreateEncoder(sizes, tokenizer, visual is null ? parts : parts with { Visual = visual });
        try
        {
            SetWeights(encoder, weights);
            SetTargetWeights(encoder, targets);
            var hash = HashOf(encoder, memory, known);
            var name = options.Name ?? FormattableString.Invariant($"{family.Name}-{(HasOwnSizes ? "custom" : published.Name)}-{architecture.Image.Size}");
            encoder.SetTrainable(options.Trainable, options.TrainVisualEncoder);
            encoder.eval();
            encoder.to(device);
            var rounding = UseEngine(encoder, architecture.Vision);
            Pack(encoder, device, visual, rounding);
            rounding ??= _isRounded ? options.Precision.ToString().ToLowerInvariant() : null;
            var description = new ModelDescription(
                rounding is null ? name : $"{name}-{rounding}", encoder.Image, text, hash, options.Temperature, weights?.Source ?? string.Empty, weights?.License ?? string.Empty);
            var isFixed = rounding is not null || visual is not null || options.VisualEngine is not null;
            return new ComposedModel(encoder, tokenizer, new CaptionCleaner(text.MaxWords).Clean, description, device)
            {
                HashWeights = isFixed ? () => hash : () => Checkpoint.HashWeights(encoder.TargetState()),
            };
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private static string HashOf(ComposedFamilyEncoder encoder, RememberedHash? memory, string? known)
    {
        if (known is not null && memory!.IsCurrent())
        {
            return known;
        }

        if (encoder.Visual is VisualEncoderOnDemand)
        {
            throw new CheckpointException(memory!.Path, "the file was replaced while it was being read; load it again");
        }

        var hash = Checkpoint.HashWeights(encoder.TargetState());
        memory?.Remember(hash);
        return hash;
    }

    // Null where weights come from elsewhere too.
    private RememberedHash? HashMemoryOf(ComposedArchitecture sizes, ResolvedCheckpoint? weights, string? targets) =>
        weights is null || !options.StrictCheckpoint || parts is not { Visual: null, Text: null, Fusion: null }
            ? null
            : RememberedHash.Of(
                targets is null ? [weights.Path] : [weights.Path, targets],
                $"{family.Name} {sizes} seed {options.Seed} code {typeof(ModelLoader).Module.ModuleVersionId} {family.CreateEncoder.Method.Module.ModuleVersionId}");

    private VisualEncoderOnDemand OnDemand(ComposedArchitecture sizes, string path, Device device, RememberedHash memory) => new(sizes.Vision, sizes.Image, () =>
    {
        var module = VisionTransformerModule.Create(sizes.Vision, sizes.Image);
        try
        {
            Report(Checkpoint.Load(module, path, family.GetCheckpointMap(parts).OfPart(VisualKeys)));
            if (!memory.IsCurrent())
            {
                throw new CheckpointException(path, "the file was replaced after the model was loaded; load the model again");
            }

            foreach (var parameter in module.parameters())
            {
                parameter.requires_grad = false;
            }

            module.eval();
            module.to(device);
            _isRounded |= device.type == DeviceType.CPU && Packing.Apply(module, options.Precision);
            return module;
        }
        catch
        {
            module.Dispose();
            throw;
        }
    });

    private string? UseEngine(ComposedFamilyEncoder encoder, VisionTransformerOptions sizes)
    {
        if (options.VisualEngine is { } convert)
        {
            encoder.ReplaceVisual(convert(encoder.Visual, sizes, options.Precision));
        }

        return encoder.Visual.Rounding;
    }

    // Whatever may be trained, or lies between trained weights and the loss, keeps its plain weights.
    private void Pack(ComposedFamilyEncoder encoder, Device device, VisualEncoderOnDemand? onDemand, string? rounding)
    {
        IEnumerable<nn.Module?> frozen = options.Trainable == TrainableWeights.None ? [encoder, _targets]
            : encoder.Visual is nn.Module visual && visual.parameters().All(parameter => !parameter.requires_grad) ? [visual]
            : [];
        foreach (var module in device.type == DeviceType.CPU ? frozen.OfType<nn.Module>() : [])
        {
            _isRounded |= Packing.Apply(module, options.Precision);
        }

        if (options.Precision != ModelPrecision.Float32 && !_isRounded && rounding is null)
        {
            // The name depends on whether any layer is rounded.
            onDemand?.Require();
            if (!_isRounded)
            {
                LogPrecisionUnused(logger, options.Precision, device.ToString());
            }
        }
    }

    private BertTextTokenizer CreateTokenizer(string? vocabularyPath) => options.Vocabulary is { } tokens
        ? BertTextTokenizer.Create(tokens, family.AddedTokens)
        : BertTextTokenizer.Load(
            vocabularyPath ?? throw new ArgumentException($"The options set no vocabulary ({nameof(options.Vocabulary)}, {nameof(options.VocabularyPath)})."), family.AddedTokens);

    private ComposedArchitecture Complete(ComposedArchitecture architecture, BertTextTokenizer tokenizer)
    {
        var size = architecture.Text.VocabularySize == 0 ? tokenizer.VocabularySize : architecture.Text.VocabularySize;
        return size >= tokenizer.VocabularySize
            ? architecture with
            {
                Text = architecture.Text with { VocabularySize = size },
                Vision = architecture.Vision with { CheckpointedBlocks = options.CheckpointedBlocks ?? architecture.Vision.CheckpointedBlocks },
                Fusion = options.Fusion ?? architecture.Fusion,
            }
            : throw new InvalidDataException($"The vocabulary has {tokenizer.VocabularySize} tokens, including those that the model adds, but the model has {size}.");
    }

    // Published weights lack the small head of late fusion.
    private CheckpointMap MapFor(ComposedFamilyEncoder encoder) => family.GetCheckpointMap(parts).With(
        optional: encoder.HasLateFusion ? "fusion.*" : null,
        ignored: encoder.Visual is VisualEncoderOnDemand ? VisualKeys + "*" : null);

    private void SetWeights(ComposedFamilyEncoder encoder, ResolvedCheckpoint? weights)
    {
        using (var initializer = new WeightInitializer(options.Seed))
        {
            if (weights is null || !options.StrictCheckpoint)
            {
                encoder.Initialize(initializer);
            }
            else
            {
                encoder.InitializeFusion(initializer);
            }
        }

        if (weights is null)
        {
            LogFreshWeights(logger, family.Name, encoder.parameters().Sum(parameter => parameter.numel()), options.Seed);
            return;
        }

        Load(encoder, weights.Path, MapFor(encoder));
    }

    private void SetTargetWeights(ComposedFamilyEncoder encoder, string? path)
    {
        if (path is not null && encoder.CreateTargetEncoder() is { } targets)
        {
            _targets = targets;
            Load(targets, path, family.GetCheckpointMap(parts with { Visual = encoder.Visual }));
        }
    }

    private void Load(ComposedFamilyEncoder encoder, string path, CheckpointMap map) => Report(Checkpoint.Load(encoder, path, map, options.StrictCheckpoint));

    private void Report(LoadReport report)
    {
        LogWeightsLoaded(logger, report);
        LogKeysIgnored(logger, report.Ignored);
        if (report.Missing.Count + report.Unexpected.Count + report.Misshapen.Count > 0)
        {
            LogKeysDiffer(logger, report.Missing, report.Unexpected, report.Misshapen);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Created a {Family} model of {Parameters} parameters with new weights from seed {Seed}")]
    private static partial void LogFreshWeights(ILogger logger, string family, long parameters, ulong seed);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Loaded {Report}")]
    private static partial void LogWeightsLoaded(ILogger logger, LoadReport report);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "Ignored in the weights file: {Keys}")]
    private static partial void LogKeysIgnored(ILogger logger, IReadOnlyList<string> keys);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "The weights file does not fit the model: missing {Missing}, unexpected {Unexpected}, wrong shape {Misshapen}")]
    private static partial void LogKeysDiffer(ILogger logger, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyDictionary<string, string> misshapen);

    [LoggerMessage(EventId = 5, Level = LogLevel.Warning, Message = "No layer is computed in {Precision}: on {Device} it does not exist or is not faster than Float32")]
    private static partial void LogPrecisionUnused(ILogger logger, ModelPrecision precision, string device);

    /// <summary>Resolves paths only.</summary>
    private sealed class PathResolver : ICheckpointResolver
    {
        public static PathResolver Instance { get; } = new();

        public string? FindFault(string name, string family = "", string variant = "") =>
            File.Exists(name) || Directory.Exists(name) ? null : $"there is no such file (looked for {Path.GetFullPath(name)}).";

        public ValueTask<ResolvedCheckpoint> ResolveAsync(string name, string family = "", string variant = "", CancellationToken cancellationToken = default) => FindFault(name) is { } fault
            ? throw new CheckpointException(name, fault)
            : ValueTask.FromResult(new ResolvedCheckpoint(Path.GetFullPath(name), Path.GetFileName(Path.TrimEndingDirectorySeparator(name))));
    }
}
