using System.Text.Json;
using System.Text.Json.Serialization;
using CoVR.Modeling;

namespace CoVR.Training.Runs;

/// <summary>The part of a run state that is not tensors.</summary>
internal sealed record RunStateHeader
{
    internal const string Key = "covr.run";
    internal const int CurrentFormat = 2;

    public int Format { get; init; } = CurrentFormat;

    public required RunCursor Cursor { get; init; }

    /// <summary>The settings that define the numbers of the run; a state with other settings is refused.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The hash of the parameters that are not trained; they are not in the file but come with the model.</summary>
    public string? Frozen { get; init; }

    internal string ToJson() => JsonSerializer.Serialize(this, RunStateJson.Default.RunStateHeader);

    internal static RunStateHeader Parse(string file, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(Key, out var json))
        {
            throw new CheckpointException(file, "it is not a run state of this package; move it, or choose another output folder.");
        }

        try
        {
            return JsonSerializer.Deserialize(json, RunStateJson.Default.RunStateHeader) switch
            {
                { Format: not CurrentFormat } other => throw new CheckpointException(file, $"it has format {other.Format}, but this version reads {CurrentFormat}."),
                { Cursor: not null, Settings: not null } header => header,
                _ => throw Damaged(file),
            };
        }
        catch (JsonException error)
        {
            throw Damaged(file, error);
        }
    }

    private static CheckpointException Damaged(string file, Exception? error = null) => new(file, "its header is damaged; start over with Resume = false.", error);

    internal void RequireSameFrozenWeights(string file, string? now)
    {
        if (Frozen != now)
        {
            throw new CheckpointException(
                file,
                "the model's frozen weights, which are not in the run state, differ from those that the run started with. Load the same checkpoint again, or start over with Resume = false.");
        }
    }

    internal void RequireSameSettings(string file, IReadOnlyDictionary<string, string> now)
    {
        List<string> differences =
        [
            .. now.Keys.Union(Settings.Keys).Order(StringComparer.Ordinal)
                .Where(key => now.GetValueOrDefault(key) != Settings.GetValueOrDefault(key))
                .Select(key => $"{key} was '{Settings.GetValueOrDefault(key)}' and is '{now.GetValueOrDefault(key)}'"),
        ];
        if (differences.Count > 0)
        {
            throw new CheckpointException(file, $"it belongs to another run: {string.Join("; ", differences)}. Choose another output folder, or start over with Resume = false.");
        }
    }
}

/// <summary>Source-generated JSON.</summary>
[JsonSerializable(typeof(RunStateHeader))]
internal sealed partial class RunStateJson : JsonSerializerContext;
