using System.ComponentModel.DataAnnotations;
using CoVR.Modeling;
using Microsoft.Extensions.Options;

namespace CoVR.Blip;

/// <summary>Finds every fault of <see cref="BlipOptions"/> at once.</summary>
internal sealed class BlipOptionsValidator : IValidateOptions<BlipOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, BlipOptions options)
    {
        List<string> faults = [.. Annotations(options, string.Empty)];
        if (BlipVariants.Find(options.Variant) is null)
        {
            faults.Add($"Variant: '{options.Variant}' is none of {string.Join(", ", BlipVariants.All.Select(variant => variant.Name))}.");
        }

        if (options.Checkpoint is { } checkpoint && !File.Exists(checkpoint))
        {
            faults.Add($"{nameof(options.Checkpoint)}: there is no file '{checkpoint}'.");
        }

        faults.AddRange(VocabularyFaults(options));
        faults.AddRange(TrainableFaults(options));
        faults.AddRange(DeviceFaults(options.Device));
        faults.AddRange(TextFaults(options.Text));
        faults.AddRange(ArchitectureFaults(options.Architecture));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Annotations(object options, string prefix)
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.Select(result => prefix + result.ErrorMessage);
    }

    private static IEnumerable<string> VocabularyFaults(BlipOptions options)
    {
        if ((options.VocabularyPath is null) == (options.Vocabulary is null))
        {
            yield return $"{nameof(options.VocabularyPath)} or {nameof(options.Vocabulary)}: give one of the two.";
        }
        else if (options.VocabularyPath is { } path && !File.Exists(path))
        {
            yield return $"{nameof(options.VocabularyPath)}: there is no file '{path}'.";
        }
    }

    private static IEnumerable<string> TrainableFaults(BlipOptions options)
    {
        if (!Enum.IsDefined(options.Trainable))
        {
            yield return $"{nameof(options.Trainable)}: '{options.Trainable}' is none of {string.Join(", ", Enum.GetNames<BlipTrainable>())}.";
        }

        if (options.Trainable == BlipTrainable.TextOnly && options.TrainVisualEncoder)
        {
            yield return $"{nameof(options.TrainVisualEncoder)}: the text-only set does not train the visual encoder.";
        }
    }

    private static IEnumerable<string> DeviceFaults(string device)
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
            return [$"{nameof(BlipOptions.Device)}: {fault.Message}"];
        }
    }

    private static IEnumerable<string> TextFaults(TextInput? text)
    {
        if (text is { TrainingLength: < 2 } or { EvaluationLimit: < 2 })
        {
            yield return $"{nameof(BlipOptions.Text)}: texts have at least 2 tokens, [CLS] and [SEP].";
        }

        if (text is { MaxWords: < 1 })
        {
            yield return $"{nameof(BlipOptions.Text)}: {nameof(text.MaxWords)} is at least 1.";
        }
    }

    private static IEnumerable<string> ArchitectureFaults(BlipArchitecture? architecture)
    {
        if (architecture is null)
        {
            yield break;
        }

        var (vision, text, size) = (architecture.Vision, architecture.Text, architecture.Image.Size);
        foreach (var fault in Annotations(architecture, "Architecture: ")
            .Concat(Annotations(vision, "Architecture.Vision: "))
            .Concat(Annotations(text, "Architecture.Text: ")))
        {
            yield return fault;
        }

        if (vision.PatchSize > 0 && (size < vision.PatchSize || size % vision.PatchSize != 0))
        {
            yield return $"Architecture: the image size ({size}) is not a multiple of the patch size ({vision.PatchSize}).";
        }

        if (vision.Heads > 0 && vision.Width % vision.Heads != 0)
        {
            yield return $"Architecture: the vision width ({vision.Width}) is not a multiple of its heads ({vision.Heads}).";
        }

        if (text.Heads > 0 && text.Width % text.Heads != 0)
        {
            yield return $"Architecture: the text width ({text.Width}) is not a multiple of its heads ({text.Heads}).";
        }

        if (vision.Stem == Modeling.Layers.VisionStem.Convolutional && !int.IsPow2(vision.PatchSize))
        {
            yield return $"Architecture: the patch size ({vision.PatchSize}) of a convolutional stem is a power of 2.";
        }
    }
}
