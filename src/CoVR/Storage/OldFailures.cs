using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoVR.Storage;

/// <summary>The failures of a version 1 folder, JSON lines in separate files; the next write turns them into records.</summary>
internal static class OldFailures
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The last failure of each item; an unfinished last line, left by a killed process, is skipped.</summary>
    public static IReadOnlyList<EmbeddingFailure> Read(string folder) =>
    [
        .. Files(folder).SelectMany(File.ReadLines).Select(TryParse).OfType<EmbeddingFailure>()
            .GroupBy(failure => failure.Id).Select(failures => failures.OrderBy(failure => failure.At).Last()),
    ];

    /// <summary>Deletes the files once their lines are records.</summary>
    public static void Delete(string folder) => Array.ForEach(Files(folder), File.Delete);

    private static string[] Files(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "failures*.jsonl") : [];

    private static EmbeddingFailure? TryParse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(line, Json) is { Reason: not null } known && !string.IsNullOrWhiteSpace(known.Id)
                ? new EmbeddingFailure(new MediaId(known.Id), known.Reason, known.Kind, known.At)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Line(string Id, string Reason, MediaFailure? Kind, DateTimeOffset At);
}
