using System.ComponentModel.DataAnnotations;
using CoVR.Modeling.Native;

namespace CoVR.Modeling.Families;

/// <summary>Finds every fault of model options, each as one sentence; without a network.</summary>
internal sealed class ModelOptionFaults(ModelFamily family, ModelOptions options, ICheckpointResolver resolver, string variant)
{
    public IReadOnlyList<string> FindAll() =>
    [
        .. Annotations(options, string.Empty),
        .. OfVariant(),
        .. OfCheckpoint(nameof(options.Checkpoint), options.Checkpoint),
        .. OfTargetCheckpoint(),
        .. OfVocabulary(),
        .. OfChoices(),
        .. family.FindFaults(options),
        .. OfDevice(),
        .. OfText(),
        .. options.Architecture is { } own ? OfArchitecture(own) : [],
    ];

    private static IEnumerable<string> Annotations(object target, string prefix)
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(target, new ValidationContext(target), results, validateAllProperties: true);
        return results.Select(result => prefix + result.ErrorMessage);
    }

    private IEnumerable<string> OfVariant()
    {
        if (family.Find(options.Variant) is null)
        {
            yield return $"{nameof(options.Variant)}: '{options.Variant}' is not one of {string.Join(", ", family.Variants.Select(known => known.Name))}.";
        }
    }

    private IEnumerable<string> OfCheckpoint(string option, string? name)
    {
        if (name is not null && (string.IsNullOrWhiteSpace(name) ? "the name is empty." : resolver.FindFault(name, family.Name, variant)) is { } fault)
        {
            yield return $"{option} '{name}': {fault}";
        }
    }

    private IEnumerable<string> OfTargetCheckpoint() => options.TargetCheckpoint is null || family.HasTargetEncoder
        ? OfCheckpoint(nameof(options.TargetCheckpoint), options.TargetCheckpoint)
        : [$"{nameof(options.TargetCheckpoint)}: in the family '{family.Name}' the same encoder embeds queries and targets."];

    private IEnumerable<string> OfVocabulary()
    {
        if (options is { VocabularyPath: not null, Vocabulary: not null })
        {
            yield return $"{nameof(options.VocabularyPath)} or {nameof(options.Vocabulary)}: set only one of them.";
        }
        else if (options is { VocabularyPath: null, Vocabulary: null } && resolver.FindFault(ModelOptions.PublishedVocabulary) is { } missing)
        {
            yield return $"{nameof(options.VocabularyPath)}: give the path of bert-base-uncased's vocab.txt ({missing})";
        }
        else if (options.VocabularyPath is { } path && !File.Exists(path))
        {
            yield return $"{nameof(options.VocabularyPath)}: there is no file '{path}'.";
        }
    }

    private IEnumerable<string> OfChoices()
    {
        if (!Enum.IsDefined(options.Trainable))
        {
            yield return $"{nameof(options.Trainable)}: '{options.Trainable}' is not one of {string.Join(", ", Enum.GetNames<TrainableWeights>())}.";
        }

        if (!Enum.IsDefined(options.Precision))
        {
            yield return $"{nameof(options.Precision)}: '{options.Precision}' is not one of {string.Join(", ", Enum.GetNames<ModelPrecision>())}.";
        }
        else if (options.Precision != ModelPrecision.Float32 && options.Trainable != TrainableWeights.None)
        {
            yield return $"{nameof(options.Precision)}: a model that is trained needs {ModelPrecision.Float32}.";
        }

        if (options.VisualEngine is not null && options.Trainable != TrainableWeights.None)
        {
            yield return $"{nameof(options.VisualEngine)}: a model that is trained keeps its own visual encoder.";
        }

        if (options is { Trainable: TrainableWeights.TextOnly, TrainVisualEncoder: true })
        {
            yield return $"{nameof(options.TrainVisualEncoder)}: the text-only set does not train the visual encoder.";
        }

        if (options.Fusion is { } chosen && !Enum.IsDefined(chosen))
        {
            yield return $"{nameof(options.Fusion)}: '{chosen}' is not one of {string.Join(", ", Enum.GetNames<QueryFusion>())}.";
        }
    }

    private IEnumerable<string> OfDevice()
    {
        // The annotations report an empty name.
        if (string.IsNullOrWhiteSpace(options.Device))
        {
            return [];
        }

        try
        {
            _ = NativeTorch.ParseDevice(options.Device);
            return [];
        }
        catch (Exception fault) when (fault is ArgumentException or NativeTorchException)
        {
            return [$"{nameof(options.Device)}: {fault.Message}"];
        }
    }

    private IEnumerable<string> OfText()
    {
        if (options.Text is { TrainingLength: < 2 } or { EvaluationLimit: < 2 })
        {
            yield return $"{nameof(options.Text)}: texts need at least 2 tokens, [CLS] and [SEP].";
        }

        if (options.Text is { MaxWords: < 1 })
        {
            yield return $"{nameof(options.Text)}: {nameof(TextInput.MaxWords)} must be at least 1.";
        }
    }

    private IEnumerable<string> OfArchitecture(ComposedArchitecture own) => own.GetType() != family.Variants[0].Architecture.GetType()
        ? [$"{nameof(options.Architecture)}: the family '{family.Name}' takes a {family.Variants[0].Architecture.GetType().Name}, not a {own.GetType().Name}."]
        : Annotations(own, "Architecture: ")
            .Concat(Annotations(own.Vision, "Architecture.Vision: "))
            .Concat(Annotations(own.Text, "Architecture.Text: "))
            .Concat(own.FindFaults());
}
