using System.Buffers.Binary;
using System.Text.Json;
using CoVR.Modeling.Checkpoints.Files;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Writes <c>.safetensors</c> files: streaming, and complete or not at all.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Writes tensors to a file.</summary>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Write(path, [.. tensors.Select(pair => WritableTensor.Of(pair.Key, pair.Value))], metadata, check: null);
    }

    /// <summary>Writes tensors of any origin.</summary>
    /// <param name="path">The target.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Texts to carry along; may be null.</param>
    /// <param name="check">Called with the path of the written file before it is renamed; may be null.</param>
    public static void Write(string path, IEnumerable<WritableTensor> tensors, IReadOnlyDictionary<string, string>? metadata, Action<string>? check)
    {
        // Wide types first, as the format's own library does: every tensor then starts at a multiple of its element size.
        WritableTensor[] ordered = [.. tensors.OrderByDescending(tensor => WidthOf(tensor)).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];
        var header = Header(ordered, metadata);
        AtomicFile.Write(
            path,
            stream =>
            {
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
                stream.Write(length);
                stream.Write(header);
                foreach (var tensor in ordered)
                {
                    tensor.Visit(bytes => stream.Write(bytes));
                }
            },
            check);
    }

    private static int WidthOf(WritableTensor tensor) => ElementTypes.SafetensorsName(tensor.Type) is null ? 0 : ElementTypes.SizeOf(tensor.Type);

    private static byte[] Header(WritableTensor[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            var (names, position) = (new HashSet<string>(StringComparer.Ordinal) { "__metadata__" }, 0L);
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                {
                    throw new ArgumentException($"The name '{tensor.Name}' is reserved or appears twice.", nameof(tensors));
                }

                position = WriteEntry(json, tensor, position);
            }

            json.WriteEndObject();
        }

        // Spaces bring the data to a multiple of eight bytes.
        while (memory.Length % 8 != 0)
        {
            memory.WriteByte((byte)' ');
        }

        return memory.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null || metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter json, WritableTensor tensor, long position)
    {
        var type = ElementTypes.SafetensorsName(tensor.Type)
            ?? throw new ArgumentException($"'{tensor.Name}' has the type {tensor.Type}, which safetensors does not support.", nameof(tensor));
        var end = position + tensor.Bytes;
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", type);
        json.WriteStartArray("shape");
        Array.ForEach(tensor.Shape, json.WriteNumberValue);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(position);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }
}
