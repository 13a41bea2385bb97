using System.ComponentModel.DataAnnotations;
using CoVR.DependencyInjection;
using CoVR.Modeling;
using Microsoft.Extensions.Options;

namespace CoVR.Training.Runs;

/// <summary>Finds all faults of a pipeline's training options at once.</summary>
internal sealed class TrainingOptionsValidator(string pipeline) : IValidateOptions<TrainingOptions>
{
    internal string Pipeline => pipeline;

    public ValidateOptionsResult Validate(string? name, TrainingOptions options)
    {
        if (name != pipeline)
        {
            return ValidateOptionsResult.Skip;
        }

        var faults = Faults(options);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    internal static void Require(TrainingOptions options)
    {
        if (Faults(options) is { Count: > 0 } faults)
        {
            throw new OptionsValidationException(string.Empty, typeof(TrainingOptions), faults);
        }
    }

    private static List<string> Faults(TrainingOptions options)
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        List<string> faults = [.. results.Select(result => $"{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}")];
        if (options.MinimumLearningRate > options.LearningRate)
        {
            faults.Add(FormattableString.Invariant($"MinimumLearningRate: {options.MinimumLearningRate} is above LearningRate, {options.LearningRate}."));
        }

        if (options.WarmupSteps > 0 && options.WarmupSteps >= options.MaxSteps)
        {
            faults.Add($"WarmupSteps: {options.WarmupSteps} must be below MaxSteps, {options.MaxSteps}.");
        }

        faults.AddRange(OfQueries(options));
        return faults;
    }

    private static IEnumerable<string> OfQueries(TrainingOptions options)
    {
        if (options.Parts is not (QueryParts.Reference or QueryParts.Modification or QueryParts.Both))
        {
            yield return $"Parts: a query must have a reference, a modification, or both, not '{options.Parts}'.";
        }

        if (options is { PrecomputeVisualTokens: true, QueryFrames: not QueryFrameMethod.Middle })
        {
            yield return $"PrecomputeVisualTokens: needs QueryFrames Middle, not {options.QueryFrames}.";
        }

        if (options.QueryFrames is QueryFrameMethod.Sample != options.QueryFrameCount > 1)
        {
            yield return $"QueryFrameCount: {options.QueryFrames} takes {(options.QueryFrames is QueryFrameMethod.Sample ? "2 frames or more" : "one frame")}, not {options.QueryFrameCount}.";
        }
    }
}
