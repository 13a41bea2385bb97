using System.Text.Json;

namespace CoVR.Construction.Chat;

/// <summary>The JSON object in a model's answer; some models put it into a block of Markdown.</summary>
internal static class ModelJson
{
    /// <summary>The value of a property; null if there is no such object. Its texts can be read without an error.</summary>
    public static JsonElement? Find(string answer, string property)
    {
        var (start, end) = (answer.IndexOf('{', StringComparison.Ordinal), answer.LastIndexOf('}'));
        try
        {
            return start >= 0 && end > start && Readable(answer[start..(end + 1)]).TryGetProperty(property, out var found) ? found : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // Halves of surrogate pairs cannot be read as text.
    private static JsonElement Readable(string json)
    {
        var root = JsonDocument.Parse(json).RootElement;
        foreach (var text in Texts(root))
        {
            text.GetString();
        }

        return root;
    }

    private static IEnumerable<JsonElement> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Texts(property.Value)),
        _ => [],
    };
}

/// <summary>Files that belong to a prompt.</summary>
internal static class PromptFile
{
    /// <summary>The text of a file.</summary>
    /// <exception cref="ConstructionException">It cannot be read.</exception>
    public static string Read(string kind, string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConstructionException($"{kind} '{file}'", $"it cannot be read ({error.Message}); check the path.", error);
        }
    }
}
