using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CoVR;

/// <summary>Collects every fault of a pipeline's options, nested ones included, into one message.</summary>
/// <param name="pipeline">The pipeline's name.</param>
internal sealed class CoVROptionsValidator(string pipeline) : IValidateOptions<CoVROptions>
{
    public ValidateOptionsResult Validate(string? name, CoVROptions options)
    {
        if (name != pipeline)
        {
            return ValidateOptionsResult.Skip;
        }

        var faults = new List<string>();
        Collect(options, string.Empty, faults);
        if (options.Embedding is not null)
        {
            Collect(options.Embedding, nameof(CoVROptions.Embedding) + ".", faults);
        }

        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"CoVR pipeline '{pipeline}': {string.Join("; ", faults)}");
    }

    private static void Collect(object options, string prefix, List<string> faults)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        faults.AddRange(results.Select(result => $"{prefix}{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}"));
    }
}
