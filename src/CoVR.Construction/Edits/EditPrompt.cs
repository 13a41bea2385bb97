using System.Globalization;
using System.Text.Json;
using CoVR.Construction.Chat;

namespace CoVR.Construction.Edits;

/// <summary>The prompt of a language model that writes modification texts.</summary>
internal sealed class EditPrompt
{
    private const string BuiltIn = """
        A user looks at a picture or video and asks for a similar one in which something is changed.
        Shown: {reference}
        Wanted: {target}
        Gone: "{removed}". New: "{added}".
        Write {count} different short instructions, in the language of the descriptions, that a person would give to get from what is shown to what is wanted.
        Name what is new. Do not describe what stays the same, do not repeat a description, and do not speak of captions, images or videos.
        {examples}
        Answer with JSON: {"edits": ["…"]}
        """;

    private const string Place = "{examples}";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly Example Usual = new("a red car on a road", "a blue car on a road", ["make the car blue", "paint it blue", "the same in blue"]);

    private readonly string _count;

    /// <summary>Reads the files of the options.</summary>
    /// <exception cref="ConstructionException">A file cannot be read, or has no use.</exception>
    public EditPrompt(ChatEditOptions options)
    {
        _count = options.Candidates.ToString(CultureInfo.InvariantCulture);
        var text = options.PromptFile is { } file ? PromptFile.Read("Prompt file", file) : BuiltIn;
        if (options.ExamplesFile is not null && !text.Contains(Place, StringComparison.Ordinal))
        {
            throw new ConstructionException($"Prompt file '{options.PromptFile}'", $"it has no {Place} for the examples of '{options.ExamplesFile}'; add it, or leave the examples out.");
        }

        Template = text.Replace(Place, string.Join('\n', (options.ExamplesFile is { } examples ? ReadExamples(examples) : [Usual]).Select(Shown)), StringComparison.Ordinal);
    }

    /// <summary>The prompt with examples, before the change is filled in.</summary>
    public string Template { get; }

    /// <summary>The prompt of a change.</summary>
    public string For(EditRequest request) => Template
        .Replace("{reference}", request.Reference, StringComparison.Ordinal).Replace("{target}", request.Target, StringComparison.Ordinal)
        .Replace("{removed}", request.Removed, StringComparison.Ordinal).Replace("{added}", request.Added, StringComparison.Ordinal)
        .Replace("{count}", _count, StringComparison.Ordinal);

    private static string Shown(Example example) =>
        $"Example: shown \"{example.Reference}\", wanted \"{example.Target}\": {string.Join(", ", example.Edits.Select(edit => $"\"{edit}\""))}.";

    private static IReadOnlyList<Example> ReadExamples(string file)
    {
        List<Example> examples = [];
        foreach (var (index, line) in PromptFile.Read("Examples file", file).Split('\n').Index().Where(line => line.Item.Trim().Length > 0))
        {
            examples.Add(Parse(line) is { Reference.Length: > 0, Target.Length: > 0, Edits.Count: > 0 } example
                ? example
                : throw new ConstructionException($"Examples file '{file}'", $"line {index + 1} is not of the form {{\"reference\": \"…\", \"target\": \"…\", \"edits\": [\"…\"]}}; mend or remove it."));
        }

        return examples;
    }

    private static Example? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Example>(line, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Example(string Reference, string Target, IReadOnlyList<string> Edits);
}
