using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace CoVR;

/// <summary>Finds faults of options, and suggests known names in place of an unknown one.</summary>
public static class OptionsFaults
{
    /// <summary>Finds every fault by the annotations of options, including nested options (properties whose type ends with <c>Options</c>).</summary>
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

    /// <summary>Finds the known names that are most similar to an unknown one by Levenshtein distance, ignoring case.</summary>
    /// <param name="name">The unknown name.</param>
    /// <param name="names">The known names.</param>
    /// <param name="count">How many at most; at least 1.</param>
    /// <returns>At most <paramref name="count"/> of <paramref name="names"/>, nearest first; empty if none is similar.</returns>
    public static IReadOnlyList<string> Nearest(string name, IEnumerable<string> names, int count = 3) =>
        [.. names
            .Select(candidate => (candidate, distance: DistanceBetween(name.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(pair => pair.distance <= Math.Max(2, Math.Min(name.Length, pair.candidate.Length) / 2) || pair.candidate.Contains(name, StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Select(pair => pair.candidate)
            .Take(count)];

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

    // How many letters must be inserted, removed or changed to turn one name into the other.
    private static int DistanceBetween(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (var i = 0; i < left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i + 1;
            for (var j = 0; j < right.Length; j++)
            {
                var changed = diagonal + (left[i] == right[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(changed, Math.Min(row[j], diagonal) + 1);
            }
        }

        return row[^1];
    }
}
