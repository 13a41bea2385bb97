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
    private const int LongestShownName = 200;

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
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException(file.Path, $"the header is not valid safetensors JSON: {error.Message}", error);
        }
    }

    private static CheckpointContent ReadHeader(CheckpointFile file, JsonElement header, long dataStart)
    {
        var (tensors, ranges) = (PickleContainers.NewDictionary(), new List<(long Start, long End)>());
        Dictionary<string, string>? metadata = null;
        foreach (var property in header.EnumerateObject())
        {
            if (property.NameEquals(MetadataKey))
            {
                metadata = metadata is null ? ReadMetadata(file, property.Value) : throw file.Error($"'{MetadataKey}' appears twice");
            }
            else if (!tensors.TryAdd(property.Name, ReadTensor(file, property, dataStart, ranges)))
            {
                throw file.Error($"'{Shorten(property.Name)}' appears twice");
            }
        }

        CheckRanges(file, ranges, file.Length - dataStart);
        return new CheckpointContent(CheckpointFormat.Safetensors, tensors, metadata ?? CheckpointContent.NoMetadata);
    }

    private static Dictionary<string, string> ReadMetadata(CheckpointFile file, JsonElement value)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in value.EnumerateObject())
        {
            if (!metadata.TryAdd(pair.Name, pair.Value.GetString() ?? throw file.Error($"the metadata entry '{Shorten(pair.Name)}' is not text")))
            {
                throw file.Error($"the metadata entry '{Shorten(pair.Name)}' appears twice");
            }
        }

        return metadata;
    }

    private static CheckpointTensor ReadTensor(CheckpointFile file, JsonProperty property, long dataStart, List<(long Start, long End)> ranges)
    {
        var (name, value) = (property.Name, property.Value);
        var shown = Shorten(name);
        var kind = Field(file, shown, value, "dtype").GetString() ?? "null";
        if (!ElementTypes.TrySafetensors(kind, out var type))
        {
            throw file.Error($"'{shown}' has the element type {Shorten(kind)}, which is not supported");
        }

        var shape = Numbers(file, shown, Field(file, shown, value, "shape"));
        var offsets = Numbers(file, shown, Field(file, shown, value, "data_offsets"));
        if (offsets is not [var start, var end])
        {
            throw file.Error($"'{shown}' has {offsets.Length} data offsets instead of two");
        }

        if (start < 0 || end < start || end > file.Length - dataStart)
        {
            throw file.Error($"'{shown}' lies at {start} to {end}, outside the file's {file.Length - dataStart} bytes of data");
        }

        var elements = (end - start) / ElementTypes.SizeOf(type);
        var layout = TensorLayout.Create(type, shape, null, 0, elements, out var error) ?? throw file.Error($"'{shown}': {error}");
        if (layout.Elements * ElementTypes.SizeOf(type) != end - start)
        {
            throw file.Error($"'{shown}' of shape [{string.Join(", ", shape)}] has {end - start} bytes");
        }

        ranges.Add((start, end));
        var storage = new TensorStorage(file, name, type, elements);
        storage.Locate(dataStart + start, crc: null);
        return new CheckpointTensor(name, layout, storage);
    }

    // Of two fields of one name readers disagree which one counts.
    private static JsonElement Field(CheckpointFile file, string tensor, JsonElement value, string name)
    {
        JsonElement? found = null;
        foreach (var field in value.EnumerateObject().Where(field => field.NameEquals(name)))
        {
            found = found is null ? field.Value : throw file.Error($"'{tensor}' has the field '{name}' twice");
        }

        return found ?? throw file.Error($"'{tensor}' lacks the field '{name}'");
    }

    private static long[] Numbers(CheckpointFile file, string tensor, JsonElement values) => values.GetArrayLength() <= TensorLayout.MaximalRank
        ? [.. values.EnumerateArray().Select(number => number.GetInt64())]
        : throw file.Error($"'{tensor}' has {values.GetArrayLength()} dimensions or offsets; {TensorLayout.MaximalRank} are the most");

    private static string Shorten(string text) => text.Length <= LongestShownName ? text : text[..LongestShownName] + "…";

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
