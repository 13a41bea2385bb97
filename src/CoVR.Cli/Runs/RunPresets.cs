using CoVR.Data;
using CoVR.Reproduction.Configuration;
using CoVR.Reproduction.Evaluation;

namespace CoVR.Cli.Runs;

/// <summary>The evaluation presets of tests: the value <c>presets</c>, or <c>--preset</c>.</summary>
internal static class RunPresets
{
    /// <summary>The presets by name.</summary>
    public static IReadOnlyDictionary<string, EvaluationVariant> Known { get; } = new Dictionary<string, EvaluationVariant>(StringComparer.Ordinal)
    {
        ["reference"] = ReferencePreset.Variant,
        ["corrected"] = EvaluationVariant.Corrected,
        ["honest"] = EvaluationVariant.LeakFree,
    };

    /// <summary>The presets of a configuration; by default the paper's and the leak-free one.</summary>
    /// <exception cref="ConfigurationException">One is not known.</exception>
    public static IReadOnlyList<EvaluationVariant> Of(ComposedConfiguration config)
    {
        var names = config.Find("presets") switch
        {
            null => ["reference", "honest"],
            IReadOnlyList<object?> list => [.. list.Select(item => item as string ?? "")],
            string text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            _ => Array.Empty<string>(),
        };
        return names.Length == 0
            ? throw config.Fault("presets", $"'presets' names no rules; there are {string.Join(", ", Known.Keys)}.")
            : [.. names.Distinct(StringComparer.Ordinal).Select(name => Known.TryGetValue(name, out var variant)
                ? variant
                : throw config.Unknown("presets", $"there are no rules '{name}'; known are {string.Join(", ", Known.Keys)}.", name, Known.Keys))];
    }
}
