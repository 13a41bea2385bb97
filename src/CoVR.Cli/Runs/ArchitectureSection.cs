using System.Reflection;
using System.Text.Json;
using CoVR.Modeling.Families;
using CoVR.Reproduction.Configuration;
using Microsoft.Extensions.Configuration;

namespace CoVR.Cli.Runs;

/// <summary>
/// <c>model.architecture</c>: custom sizes, by the names of <see cref="ComposedArchitecture"/> with underscores (<c>vision.width</c>,
/// <c>text.feed_forward_width</c>, <c>dimensions</c>, <c>queries</c>).
/// </summary>
internal static class ArchitectureSection
{
    private const string Section = "model.architecture";

    /// <summary>Applies the section to sizes; returns them unchanged without one.</summary>
    /// <exception cref="ConfigurationException">A name or value does not fit.</exception>
    public static T Apply<T>(ComposedConfiguration config, T sizes)
        where T : ComposedArchitecture
    {
        if (config.Find(Section) is not IReadOnlyDictionary<string, object?> own)
        {
            return sizes;
        }

        Dictionary<string, string?> values = [];
        Collect(config, own, Section, "", sizes, values);

        // Copies, since binding writes into existing objects, and the published sizes are shared.
        var copy = (T)(sizes with { Image = sizes.Image with { }, Vision = sizes.Vision with { }, Text = sizes.Text with { } });
        try
        {
            new ConfigurationBuilder().AddInMemoryCollection(values).Build().Bind(copy);
        }
        catch (InvalidOperationException fault)
        {
            throw config.Fault(Section, $"'{Section}' does not fit: {fault.Message}");
        }

        return copy;
    }

    private static void Collect(ComposedConfiguration config, IReadOnlyDictionary<string, object?> map, string path, string key, object target, Dictionary<string, string?> values)
    {
        var known = target.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).ToDictionary(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), StringComparer.Ordinal);
        foreach (var (name, value) in map)
        {
            if (!known.TryGetValue(name, out var property))
            {
                throw config.Unknown($"{path}.{name}", $"'{path}.{name}' is not a known size. Known: {string.Join(", ", known.Keys)}.", name, known.Keys);
            }

            var inner = ConfigurationPath.Combine(key.Length == 0 ? [property.Name] : [key, property.Name]);
            if (value is IReadOnlyDictionary<string, object?> below && property.GetValue(target) is { } part)
            {
                Collect(config, below, $"{path}.{name}", inner, part, values);
            }
            else
            {
                values[inner] = value is null ? null : config.Entries($"{path}.{name}").First().Text;
            }
        }
    }
}
