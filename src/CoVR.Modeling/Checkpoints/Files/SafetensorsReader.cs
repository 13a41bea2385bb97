using System.Buffers.Binary;
using System.Text.Json;
using CoVR.Modeling.Checkpoints.Pickle;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Reads safetensors files: eight bytes of length, a JSON header, raw little-endian tensors without gaps.</summary>
internal static class SafetensorsReader
{
    /// <summary>Bytes of the longest header that is accepted.</summary>
    public const int LongestHeader = 100_000_000;

    private const string MetadataKey = "__metadata__";

    /// <summary>Reads the header; no tensor byte is read.</summary>
    public static CheckpointContent Read(CheckpointFile file)
    {
        Span<byte> prefix = stackalloc byte[8];
        file.Read(prefix, 0);
        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length < 2 || length > LongestHeader || length > file.Length - 8)
        {
            throw file.Error($"the header announces {length} bytes in a file of {file.Length}: the file is truncated or damaged", 0);
        }

        try
        {
            using var header = JsonDocument.Parse(file.Read(8, (int)length), new JsonDocumentOptions { MaxDepth = 4 });
            return ReadHeader(file, header.RootElement, 8 + length);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new CheckpointException(file.Path, $"the header is no valid safetensors JSON: {error.Message}", error);
        }
    }

    private static CheckpointContent ReadHeader(CheckpointFile file, JsonElement header, long dataStart)
    {
        var (tensors, ranges) = (PickleContainers.NewDictionary(), new List<(long Start, long End)>());
        var metadata = CheckpointContent.NoMetadata;
        foreach (var property in header.EnumerateObject())
        {
            if (property.NameEquals(MetadataKey))
            {
                metadata = property.Value.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!, StringComparer.Ordinal);
            }
            else if (!tensors.TryAdd(property.Name, ReadTensor(file, property, dataStart, ranges)))
            {
                throw file.Error($"'{property.Name}' is there twice");
            }
        }

        CheckRanges(file, ranges, file.Length - dataStart);
        return new CheckpointContent(CheckpointFormat.Safetensors, tensors, metadata);
    }

    private static CheckpointTensor ReadTensor(CheckpointFile file, JsonProperty property, long dataStart, List<(long Start, long End)> ranges)
    {
        var (name, value) = (property.Name, property.Value);
        if (!ElementTypes.TrySafetensors(value.GetProperty("dtype").GetString()!, out var type))
        {
            throw file.Error($"'{name}' has the element type {value.GetProperty("dtype")}, which is not read");
        }

        long[] shape = [.. value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        long[] offsets = [.. value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        if (offsets is not [var start, var end])
        {
            throw file.Error($"'{name}' has {offsets.Length} data offsets instead of two");
        }

        if (start < 0 || end < start || end > file.Length - dataStart)
        {
            throw file.Error($"'{name}' lies at {start} to {end}, outside of the file's {file.Length - dataStart} bytes of data");
        }

        var elements = (end - start) / ElementTypes.SizeOf(type);
        var layout = TensorLayout.Create(type, shape, null, 0, elements, out var error) ?? throw file.Error($"'{name}': {error}");
        if (layout.Elements * ElementTypes.SizeOf(type) != end - start)
        {
            throw file.Error($"'{name}' of shape [{string.Join(", ", shape)}] has {end - start} bytes");
        }

        ranges.Add((start, end));
        var storage = new TensorStorage(file, name, type, elements);
        storage.Locate(dataStart + start, crc: null);
        return new CheckpointTensor(name, layout, storage);
    }

    private static void CheckRanges(CheckpointFile file, List<(long Start, long End)> ranges, long bytes)
    {
        var next = 0L;
        foreach (var (start, end) in ranges.Order())
        {
            if (start != next)
            {
                throw file.Error($"tensors overlap or leave a gap at byte {next} of the data");
            }

            next = end;
        }

        if (next != bytes)
        {
            throw file.Error($"the tensors take {next} bytes of the file's {bytes} bytes of data");
        }
    }
}
