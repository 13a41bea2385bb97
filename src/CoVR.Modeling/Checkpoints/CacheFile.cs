using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Small facts that a later process may use, in a JSON file of the cache folder. What cannot be read or written is found out again.</summary>
/// <remarks>Written atomically. Of two processes that add at the same moment one may be forgotten.</remarks>
internal static class CacheFile
{
    private const int Most = 1000;

    private static readonly JsonSerializerOptions Json = new() { TypeInfoResolver = CacheJson.Default };

    /// <summary>Reads a file; empty if it is missing or damaged.</summary>
    public static Dictionary<string, T> Read<T>(string name)
    {
        try
        {
            var file = Path.Combine(Checkpoint.CacheFolder, name);
            return File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, T>>(File.ReadAllBytes(file), Json) ?? [] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    /// <summary>Adds or replaces an entry.</summary>
    public static void Set<T>(string name, string key, T value)
    {
        try
        {
            var entries = Read<T>(name);
            if (entries.Count >= Most)
            {
                entries.Clear();
            }

            entries[key] = value;
            AtomicFile.Write(Path.Combine(Checkpoint.CacheFolder, name), stream => JsonSerializer.Serialize(stream, entries, Json));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}

/// <summary>Made by the compiler, so that a start needs not compile it.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, double>))]
internal sealed partial class CacheJson : JsonSerializerContext;
