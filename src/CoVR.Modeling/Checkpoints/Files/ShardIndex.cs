using System.Text.Json;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Which shard holds which tensor: <c>model.safetensors.index.json</c>.</summary>
/// <param name="File">The index.</param>
/// <param name="WeightMap">The shard of every tensor.</param>
/// <param name="Metadata">Its texts and numbers, as texts.</param>
internal sealed record ShardIndex(CheckpointFile File, IReadOnlyDictionary<string, string> WeightMap, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>How the names of indexes end.</summary>
    public const string Ending = ".index.json";

    private const string MetadataKey = "metadata";
    private const string WeightMapKey = "weight_map";
    private const int MostShards = 500;

    /// <summary>The shards, each once.</summary>
    public IReadOnlyList<string> Shards => [.. WeightMap.Values.Distinct(StringComparer.Ordinal)];

    /// <summary>The file that a path means: itself, or in a folder its index or its only safetensors file.</summary>
    public static string FileOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return path;
        }

        var found = Directory.GetFiles(path, "*.safetensors" + Ending);
        if (found.Length == 0)
        {
            found = Directory.GetFiles(path, "*.safetensors");
        }

        return found.Length == 1
            ? found[0]
            : throw new CheckpointException(path, found.Length == 0
                ? "the folder holds no index of shards (*.safetensors.index.json) and no safetensors file"
                : $"the folder holds {string.Join(", ", found.Select(Path.GetFileName).Order(StringComparer.Ordinal))}: give the path of the one to load");
    }

    /// <summary>Reads an index.</summary>
    public static ShardIndex Read(CheckpointFile file)
    {
        if (file.Length > SafetensorsReader.LongestHeader)
        {
            throw file.Error($"an index of {file.Length} bytes is too long");
        }

        try
        {
            using var json = JsonDocument.Parse(file.Read(0, (int)file.Length), new JsonDocumentOptions { MaxDepth = 4 });
            return Read(file, json.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new CheckpointException(file.Path, $"the file is not an index of safetensors shards: {error.Message}", error);
        }
    }

    /// <summary>Opens every shard and joins their tensors.</summary>
    public CheckpointContent Join()
    {
        var (opened, tensors) = (new List<CheckpointFile>(), Pickle.PickleContainers.NewDictionary());
        try
        {
            foreach (var shard in Shards)
            {
                opened.Add(Open(shard));
                Take(SafetensorsReader.Read(opened[^1]), shard, tensors);
            }

            return WeightMap.Keys.FirstOrDefault(name => !tensors.ContainsKey(name)) is { } lost
                ? throw File.Error($"'{lost}' is not in the shard '{WeightMap[lost]}', where the index places it")
                : new CheckpointContent(CheckpointFormat.Safetensors, tensors, Metadata) { Shards = opened };
        }
        catch
        {
            opened.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    private CheckpointFile Open(string shard)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(File.Path))!, shard);
        return System.IO.File.Exists(path) ? CheckpointFile.Open(path) : throw File.Error($"the shard '{shard}' is missing; it belongs next to the index");
    }

    private void Take(CheckpointContent content, string shard, OrderedDictionary<object, object?> tensors)
    {
        foreach (var (name, tensor) in (IReadOnlyDictionary<object, object?>)content.Root!)
        {
            if (!WeightMap.TryGetValue((string)name, out var place))
            {
                throw File.Error($"the shard '{shard}' holds '{name}', which is not in the index");
            }

            if (place != shard)
            {
                throw File.Error($"'{name}' is in the shard '{shard}', but the index places it in '{place}'");
            }

            tensors.Add(name, tensor);
        }
    }

    private static ShardIndex Read(CheckpointFile file, JsonElement root)
    {
        var (map, metadata) = (new OrderedDictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals(WeightMapKey))
            {
                ReadMap(file, property.Value, map);
            }
            else if (property.NameEquals(MetadataKey))
            {
                foreach (var value in property.Value.EnumerateObject())
                {
                    metadata[value.Name] = value.Value.ToString();
                }
            }
        }

        if (map.Count == 0)
        {
            throw file.Error($"the file is JSON, but not an index of safetensors shards: it has no '{WeightMapKey}' with tensors");
        }

        var count = map.Values.Distinct(StringComparer.Ordinal).Count();
        return count <= MostShards ? new ShardIndex(file, map, metadata) : throw file.Error($"{count} shards are more than the limit of {MostShards}");
    }

    private static void ReadMap(CheckpointFile file, JsonElement entries, OrderedDictionary<string, string> map)
    {
        foreach (var entry in entries.EnumerateObject())
        {
            var shard = entry.Value.GetString() ?? string.Empty;
            if (!IsPlainName(shard))
            {
                throw file.Error($"'{entry.Name}' is assigned to '{shard}', which is not the name of a safetensors file next to the index");
            }

            if (!map.TryAdd(entry.Name, shard))
            {
                throw file.Error($"the index lists '{entry.Name}' twice");
            }
        }
    }

    // No folder, no drive, no step upwards: a name only.
    private static bool IsPlainName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal) && name.IndexOfAny(['/', '\\', ':', '\0']) < 0 && !name.StartsWith("..", StringComparison.Ordinal);
}
