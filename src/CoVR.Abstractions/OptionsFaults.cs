using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CoVR;

/// <summary>Validates options by their annotations, including nested options (properties whose type ends with <c>Options</c>).</summary>
public static class OptionsFaults
{
    /// <summary>Finds every fault.</summary>
    /// <param name="options">The options.</param>
    /// <returns>One sentence each, for example <c>Embedding.BatchSize: …</c>; empty if there is none.</returns>
    public static IReadOnlyList<string> Find(object options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<string> faults = [];
        Collect(options, string.Empty, faults);
        return faults;
    }

    /// <summary>Throws if options have faults.</summary>
    /// <typeparam name="TOptions">Their type.</typeparam>
    /// <param name="options">The options.</param>
    /// <exception cref="OptionsValidationException">There are faults; it lists all of them.</exception>
    public static void ThrowIfAny<TOptions>(TOptions options)
        where TOptions : class
    {
        if (Find(options) is { Count: > 0 } faults)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(TOptions), faults);
        }
    }

    private static void Collect(object options, string prefix, List<string> faults)
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        faults.AddRange(results.Select(result => $"{prefix}{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}"));
        foreach (var property in options.GetType().GetProperties().Where(property => property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)))
        {
            if (property.GetIndexParameters().Length == 0 && property.GetValue(options) is { } nested)
            {
                Collect(nested, $"{prefix}{property.Name}.", faults);
            }
        }
    }
}
