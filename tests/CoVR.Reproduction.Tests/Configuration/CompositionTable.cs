using System.Text.Json;

namespace CoVR.Reproduction.Tests.Configuration;

/// <summary>What each choice composes to: <c>compositions.json</c>, which another program made from the reference's own files (its "source" says how).</summary>
internal static class CompositionTable
{
    /// <summary>The values that covr adds to the reference's, by path.</summary>
    public static readonly IReadOnlyDictionary<string, string> Additions = new Dictionary<string, string>
    {
        ["missing_media"] = "\"strict_test\"",
        ["presets"] = "[\"reference\", \"honest\"]",
        ["machine.threads"] = "null",
        ["trainer.accumulate_batches"] = "1",
        ["trainer.chunk_size"] = "null",
        ["trainer.keep_visual_tokens"] = "false",
        ["trainer.clip_norm"] = "null",
        ["trainer.save_every_steps"] = "null",
        ["model.optimizer.decay_biases_and_norms"] = "true",
        ["model.scheduler.warmup_steps"] = "0",
        ["model.vocabulary"] = "null",
        ["model.architecture"] = "null",
        ["model.target_checkpoint"] = "null",
    };

    private static readonly JsonElement Root = Load();

    /// <summary>Every command with every choice, as "command argument argument".</summary>
    public static IEnumerable<string> Cases =>
        Root.GetProperty("defaults").EnumerateObject().Select(command => command.Name)
            .Concat(Root.GetProperty("cases").EnumerateArray().Select(Name));

    /// <summary>The expected values of a case by path, as JSON.</summary>
    public static SortedDictionary<string, string> Expected(string name)
    {
        var command = name.Split(' ')[0];
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var value in Root.GetProperty("defaults").GetProperty(command).EnumerateObject())
        {
            values[value.Name] = value.Value.GetRawText();
        }

        if (name == command)
        {
            return values;
        }

        var row = Root.GetProperty("cases").EnumerateArray().Single(row => Name(row) == name);
        foreach (var path in row.GetProperty("unset").EnumerateArray())
        {
            values.Remove(path.GetString()!);
        }

        foreach (var value in row.GetProperty("set").EnumerateObject())
        {
            values[value.Name] = value.Value.GetRawText();
        }

        return values;
    }

    private static string Name(JsonElement row) =>
        string.Join(' ', row.GetProperty("arguments").EnumerateArray().Select(argument => argument.GetString()).Prepend(row.GetProperty("command").GetString()));

    private static JsonElement Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "compositions.json")));
        return document.RootElement.Clone();
    }
}
