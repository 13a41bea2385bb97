using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoVR;

/// <summary>An item that could not be embedded.</summary>
/// <param name="Id">The item.</param>
/// <param name="Reason">The reason.</param>
/// <param name="Kind">The kind of failure when the media could not be read; null for other failures.</param>
/// <param name="At">When it failed.</param>
public sealed record EmbeddingFailure(MediaId Id, string Reason, MediaFailure? Kind, DateTimeOffset At)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The file's size when it failed, in bytes; null when unknown.</summary>
    public long? Size { get; init; }

    /// <summary>The file's time of change when it failed; null when unknown.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Whether the file is at fault, so that a retry is pointless until it changes.</summary>
    public bool IsPermanent => Kind is { } kind && kind is not (MediaFailure.NotFound or MediaFailure.DecoderMissing or MediaFailure.DecoderFailed);

    /// <summary>The failure as one line of JSON: item, reason, kind and time.</summary>
    /// <returns>The line, without its end.</returns>
    public string ToJsonLine() => JsonSerializer.Serialize(new Line(Id.Value, Reason, Kind, At), Json);

    /// <summary>Reads failures from lines of JSON; a line that is damaged or unfinished, as a killed process leaves it, is skipped.</summary>
    /// <param name="lines">The lines of any number of files.</param>
    /// <returns>The last failure of each item.</returns>
    public static IReadOnlyDictionary<MediaId, EmbeddingFailure> FromJsonLines(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return lines.Select(TryParse).OfType<EmbeddingFailure>()
            .GroupBy(failure => failure.Id).ToDictionary(failures => failures.Key, failures => failures.OrderBy(failure => failure.At).Last());
    }

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
