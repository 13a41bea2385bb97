using System.Globalization;
using System.Text.Json;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Checkpoints.Files;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Writes weights in several safetensors files with an index beside them, as large models are published.</summary>
internal static class ShardedSafetensors
{
    /// <summary>The name of the index that <see cref="Write"/> makes.</summary>
    private const string IndexName = "model.safetensors" + ShardIndex.Ending;

    /// <summary>Writes tensors to shards <c>model-00001-of-0000N.safetensors</c> and their index.</summary>
    /// <param name="folder">Where they shall be; made if need be. Shards of equal names are replaced; the index is written last.</param>
    /// <param name="tensors">Names and tensors on any device; not disposed. They stay in order, and each is in one shard.</param>
    /// <param name="maximalShardBytes">The most bytes of tensors in one shard; a larger tensor has one for itself.</param>
    /// <param name="metadata">Texts that every shard carries; may be null.</param>
    /// <returns>The path of the index.</returns>
    /// <exception cref="ArgumentException">A name is there twice, or a type has no place in the format.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static string Write(
        string folder, IEnumerable<KeyValuePair<string, Tensor>> tensors, long maximalShardBytes, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximalShardBytes);
        var shards = Divide(tensors, maximalShardBytes);
        var map = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        for (var number = 0; number < shards.Count; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"model-{number + 1:00000}-of-{shards.Count:00000}.safetensors");
            foreach (var (key, _) in shards[number])
            {
                if (!map.TryAdd(key, name))
                {
                    throw new ArgumentException($"The name '{key}' is there twice.", nameof(tensors));
                }
            }

            SafetensorsWriter.Write(Path.Combine(folder, name), shards[number], metadata);
        }

        var index = Path.Combine(folder, IndexName);
        AtomicFile.Write(index, stream => WriteIndex(stream, map, shards.Sum(shard => shard.Sum(pair => BytesOf(pair.Value)))));
        return index;
    }

    private static long BytesOf(Tensor tensor) => tensor.NumberOfElements * tensor.ElementSize;

    private static List<List<KeyValuePair<string, Tensor>>> Divide(IEnumerable<KeyValuePair<string, Tensor>> tensors, long maximum)
    {
        var (shards, bytes) = (new List<List<KeyValuePair<string, Tensor>>> { new() }, 0L);
        foreach (var pair in tensors)
        {
            if (shards[^1].Count > 0 && bytes + BytesOf(pair.Value) > maximum)
            {
                shards.Add([]);
                bytes = 0;
            }

            shards[^1].Add(pair);
            bytes += BytesOf(pair.Value);
        }

        return shards;
    }

    private static void WriteIndex(FileStream stream, OrderedDictionary<string, string> map, long bytes)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", bytes);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (key, shard) in map)
        {
            json.WriteString(key, shard);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
