using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CoVR;

/// <summary>Collects every fault of a pipeline's options, those of nested options included, into one message.</summary>
/// <typeparam name="T">The options.</typeparam>
/// <param name="pipeline">The pipeline's name.</param>
internal sealed class WholeOptionsValidator<T>(string pipeline) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        if (name != pipeline)
        {
            return ValidateOptionsResult.Skip;
        }

        var faults = new List<string>();
        Collect(options, string.Empty, faults);
        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"CoVR pipeline '{pipeline}', {typeof(T).Name}: {string.Join("; ", faults)}");
    }

    private static void Collect(object options, string prefix, List<string> faults)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        faults.AddRange(results.Select(result => $"{prefix}{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}"));
        foreach (var property in options.GetType().GetProperties().Where(property => property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)))
        {
            if (property.GetValue(options) is { } nested)
            {
                Collect(nested, $"{prefix}{property.Name}.", faults);
            }
        }
    }
}
