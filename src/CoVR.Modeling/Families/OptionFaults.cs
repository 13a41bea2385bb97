using System.ComponentModel.DataAnnotations;

namespace CoVR.Modeling;

/// <summary>Faults of single options, each as one sentence.</summary>
internal static class OptionFaults
{
    /// <summary>What the annotations of an object forbid.</summary>
    public static IEnumerable<string> Annotations(object options, string prefix)
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.Select(result => prefix + result.ErrorMessage);
    }

    /// <summary>Why a device cannot be used; an empty name is the annotations' affair.</summary>
    public static IEnumerable<string> OfDevice(string device)
    {
        if (string.IsNullOrWhiteSpace(device))
        {
            return [];
        }

        try
        {
            _ = TorchDevices.Parse(device);
            return [];
        }
        catch (Exception fault) when (fault is ArgumentException or DeviceNotAvailableException or NativeTorchException)
        {
            return [$"{nameof(ComposedModelOptions.Device)}: {fault.Message}"];
        }
    }

    /// <summary>A fusion that does not exist.</summary>
    public static IEnumerable<string> OfFusion(QueryFusion? fusion)
    {
        if (fusion is { } chosen && !Enum.IsDefined(chosen))
        {
            yield return $"{nameof(ComposedModelOptions.Fusion)}: '{chosen}' is none of {string.Join(", ", Enum.GetNames<QueryFusion>())}.";
        }
    }

    /// <summary>Lengths that leave no room for a text.</summary>
    public static IEnumerable<string> OfText(TextInput? text)
    {
        if (text is { TrainingLength: < 2 } or { EvaluationLimit: < 2 })
        {
            yield return $"{nameof(ComposedModelOptions.Text)}: texts have at least 2 tokens, [CLS] and [SEP].";
        }

        if (text is { MaxWords: < 1 })
        {
            yield return $"{nameof(ComposedModelOptions.Text)}: {nameof(text.MaxWords)} is at least 1.";
        }
    }

    /// <summary>Two vocabularies, a file that is not there, or none where the published one cannot be had.</summary>
    public static IEnumerable<string> OfVocabulary(ComposedModelOptions options, ICheckpointResolver resolver)
    {
        if (options is { VocabularyPath: not null, Vocabulary: not null })
        {
            yield return $"{nameof(options.VocabularyPath)} or {nameof(options.Vocabulary)}: give one of the two.";
        }
        else if (options is { VocabularyPath: null, Vocabulary: null } && resolver.FindFault(new CheckpointReference(ComposedModelOptions.PublishedVocabulary)) is { } missing)
        {
            yield return $"{nameof(options.VocabularyPath)}: give the path of bert-base-uncased's vocab.txt ({missing})";
        }
        else if (options.VocabularyPath is { } path && !File.Exists(path))
        {
            yield return $"{nameof(options.VocabularyPath)}: there is no file '{path}'.";
        }
    }

    /// <summary>A checkpoint that cannot be had; none is no fault.</summary>
    public static IEnumerable<string> OfCheckpoint(string option, string? checkpoint, CheckpointReference reference, ICheckpointResolver resolver)
    {
        if (checkpoint is not null && (string.IsNullOrWhiteSpace(checkpoint) ? "the name is empty." : resolver.FindFault(reference)) is { } fault)
        {
            yield return $"{option} '{checkpoint}': {fault}";
        }
    }
}
