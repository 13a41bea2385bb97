using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Training.Logging;

/// <summary>Writes the configuration of a run as <c>hparams.yaml</c>: dotted names become nested maps.</summary>
internal static class HyperparameterFile
{
    internal const string Name = "hparams.yaml";

    private static readonly JsonSerializerOptions Quoting = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static void Write(string folder, IReadOnlyDictionary<string, string> configuration) =>
        AtomicFile.Write(Path.Combine(folder, Name), file => file.Write(Encoding.UTF8.GetBytes(Text(configuration))));

    internal static string Text(IReadOnlyDictionary<string, string> configuration)
    {
        var text = new StringBuilder();
        Append(text, [.. configuration.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key.Split('.'), pair.Value))], 0);
        return text.Length == 0 ? "{}\n" : text.ToString();
    }

    private static void Append(StringBuilder text, IReadOnlyList<(string[] Path, string Value)> entries, int depth)
    {
        foreach (var group in entries.GroupBy(entry => entry.Path[depth], StringComparer.Ordinal))
        {
            // Names below one that is both a value and a map keep their dots.
            var inner = group.Where(entry => entry.Path.Length > depth + 1).ToList();
            foreach (var (_, value) in group.Where(entry => entry.Path.Length == depth + 1))
            {
                text.Append(' ', 2 * depth).Append(Scalar(group.Key)).Append(": ").Append(Scalar(value)).Append('\n');
            }

            if (inner.Count == 0)
            {
                continue;
            }

            if (inner.Count < group.Count())
            {
                inner.ForEach(entry => text.Append(' ', 2 * depth).Append(Scalar(string.Join('.', entry.Path[depth..]))).Append(": ").Append(Scalar(entry.Value)).Append('\n'));
                continue;
            }

            text.Append(' ', 2 * depth).Append(Scalar(group.Key)).Append(":\n");
            Append(text, inner, depth + 1);
        }
    }

    /// <summary>Numbers, booleans and plain words are written as they are, everything else as a JSON string, which is valid YAML.</summary>
    private static string Scalar(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && !value.Any(char.IsWhiteSpace) ? value
        : value is "true" or "false" or "null" || IsWord(value) ? value
        : JsonSerializer.Serialize(value, Quoting);

    private static bool IsWord(string value) =>
        value.Length > 0 && char.IsAsciiLetter(value[0]) && value.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '/')
        && value.ToLowerInvariant() is not ("yes" or "no" or "on" or "off" or "y" or "n" or "true" or "false" or "null");
}
