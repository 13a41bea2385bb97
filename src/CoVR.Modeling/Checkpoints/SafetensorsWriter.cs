using System.Buffers.Binary;
using System.Text.Json;
using CoVR.Modeling.Checkpoints.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Writes <c>.safetensors</c> files: streaming, and complete or not at all.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes tensors to a file.</summary>
    /// <param name="path">Where it shall be; an existing file is replaced only when the new one is complete on disk.</param>
    /// <param name="tensors">Names and tensors on any device; not disposed. At most one strided or remote tensor is copied at a time.</param>
    /// <param name="metadata">Texts to carry along; may be null.</param>
    /// <exception cref="ArgumentException">A name is there twice or reserved, or a type has no place in the format.</exception>
    /// <exception cref="IOException">The file cannot be written; an existing one is as before.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        // Wide types first, as the format's own library does: every tensor then starts at a multiple of its element size.
        KeyValuePair<string, Tensor>[] ordered = [.. tensors.OrderByDescending(pair => pair.Value.ElementSize).ThenBy(pair => pair.Key, StringComparer.Ordinal)];
        var header = Header(ordered, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var (_, tensor) in ordered)
            {
                TensorBytes.VisitAny(tensor, bytes => stream.Write(bytes));
            }
        });
    }

    /// <summary>Writes the state dict of a module to a file.</summary>
    /// <param name="path">Where it shall be.</param>
    /// <param name="module">Its parameters and persistent buffers are written under their names.</param>
    /// <param name="metadata">Texts to carry along; may be null.</param>
    /// <exception cref="IOException">The file cannot be written; an existing one is as before.</exception>
    public static void Write(string path, nn.Module module, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        Write(path, module.state_dict(), metadata);
    }

    private static byte[] Header(KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            var (names, position) = (new HashSet<string>(StringComparer.Ordinal) { "__metadata__" }, 0L);
            foreach (var (name, tensor) in tensors)
            {
                if (!names.Add(name))
                {
                    throw new ArgumentException($"The name '{name}' is there twice or reserved.", nameof(tensors));
                }

                position = WriteEntry(json, name, tensor, position);
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

    private static long WriteEntry(Utf8JsonWriter json, string name, Tensor tensor, long position)
    {
        var type = ElementTypes.SafetensorsName(tensor.dtype)
            ?? throw new ArgumentException($"'{name}' has the type {tensor.dtype}, which safetensors does not know.", nameof(tensor));
        var end = position + (tensor.NumberOfElements * tensor.ElementSize);
        json.WriteStartObject(name);
        json.WriteString("dtype", type);
        json.WriteStartArray("shape");
        Array.ForEach(tensor.shape, json.WriteNumberValue);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(position);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }
}
