using CoVR.TestSupport;
using Google.Protobuf;

namespace CoVR.Onnx.Tests.Files;

/// <summary>Writes small ONNX models as another tool exports them, each with a description beside it.</summary>
internal static class ForeignModel
{
    public const int Float = 1, Int32 = 6, Int64 = 7;

    public static readonly string[] Words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue", "circle", "Red"];

    /// <summary>The mean of each colour of [B, 3, S, S]: [B, 3, 1, 1].</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="description">Fields of the JSON beside the file's own.</param>
    /// <param name="sizes">The input's dimensions; -1 is free.</param>
    /// <param name="type">The input's type.</param>
    public static string Colours(TemporaryFolder folder, string description = "", int[]? sizes = null, int type = Float)
    {
        var isLast = description.Contains("nhwc", StringComparison.Ordinal);
        File.WriteAllBytes(folder["colours.onnx"], Model(
            [
                Node("Cast", ["pixels"], "values", ("to", [Float])),
                isLast ? Node("Transpose", ["values"], "planes", ("perm", [0, 3, 1, 2])) : Node("Identity", ["values"], "planes"),
                Node("GlobalAveragePool", ["planes"], "features"),
            ],
            [],
            [("pixels", type, sizes ?? (isLast ? [-1, 4, 4, 3] : [-1, 3, 4, 4]))],
            [("features", Float, [-1, 3, 1, 1])]));
        return Describe(folder["colours.json"], $$"""{ "model": "colours.onnx", "size": 4, "input": "pixels", "output": "features"{{description}} }""");
    }

    /// <summary>A vector of two numbers for each token, [B, T, 2]: its id, and 1.</summary>
    public static string Tokens(TemporaryFolder folder, string description = "", int[]? sizes = null, int type = Int64)
    {
        File.WriteAllLines(folder["words.txt"], Words);
        File.WriteAllBytes(folder["tokens.onnx"], Model(
            [Node("Gather", ["table", "ids"], "rows"), Node("Cast", ["mask"], "kept", ("to", [Float])), Node("Unsqueeze", ["kept", "last"], "column"), Node("Mul", ["column", "zero"], "nothing"), Node("Add", ["rows", "nothing"], "states")],
            [
                Constant("table", Float, [Words.Length, 2], [.. Enumerable.Range(0, Words.Length).SelectMany(id => new[] { (float)id, 1f })]),
                Constant("zero", Float, [1], [0]),
                Constant("last", Int64, [1], [2]),
            ],
            [("ids", type, sizes ?? [-1, -1]), ("mask", type, sizes ?? [-1, -1])],
            [("states", Float, [-1, -1, 2])]));
        return Describe(folder["tokens.json"], $$"""{ "model": "tokens.onnx", "vocabulary": "words.txt", "maxLength": 16, "ids": "ids", "mask": "mask", "output": "states"{{description}} }""");
    }

    private static string Describe(string path, string json)
    {
        File.WriteAllText(path, json);
        return path;
    }

    private static byte[] Model(byte[][] nodes, byte[][] constants, (string Name, int Type, int[] Sizes)[] inputs, (string Name, int Type, int[] Sizes)[] outputs) => Message(model =>
    {
        Number(model, 1, 9);
        Bytes(model, 7, Message(graph =>
        {
            Array.ForEach(nodes, node => Bytes(graph, 1, node));
            Text(graph, 2, "foreign");
            Array.ForEach(constants, constant => Bytes(graph, 5, constant));
            Array.ForEach(inputs, input => Bytes(graph, 11, Value(input)));
            Array.ForEach(outputs, output => Bytes(graph, 12, Value(output)));
        }));
        Bytes(model, 8, Message(set => Number(set, 2, 17)));
    });

    private static byte[] Node(string type, string[] inputs, string output, params (string Name, long[] Values)[] attributes) => Message(node =>
    {
        Array.ForEach(inputs, input => Text(node, 1, input));
        Text(node, 2, output);
        Text(node, 4, type);
        foreach (var (name, values) in attributes)
        {
            Bytes(node, 5, Message(attribute =>
            {
                Text(attribute, 1, name);
                Array.ForEach(values, value => Number(attribute, values.Length == 1 ? 3 : 8, value));
                Number(attribute, 20, values.Length == 1 ? 2 : 7);
            }));
        }
    });

    private static byte[] Constant(string name, int type, int[] sizes, float[] values) => Message(tensor =>
    {
        Array.ForEach(sizes, size => Number(tensor, 1, size));
        Number(tensor, 2, type);
        Text(tensor, 8, name);
        Bytes(tensor, 9, [.. values.SelectMany(value => type == Float ? BitConverter.GetBytes(value) : BitConverter.GetBytes((long)value))]);
    });

    private static byte[] Value((string Name, int Type, int[] Sizes) value) => Message(info =>
    {
        Text(info, 1, value.Name);
        Bytes(info, 2, Message(type => Bytes(type, 1, Message(tensor =>
        {
            Number(tensor, 1, value.Type);
            Bytes(tensor, 2, Message(shape => Array.ForEach(value.Sizes, size => Bytes(shape, 1, Message(dimension =>
            {
                if (size < 0)
                {
                    Text(dimension, 2, $"free{shape.Position}");
                }
                else
                {
                    Number(dimension, 1, size);
                }
            })))));
        }))));
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var stream = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(stream);
        }

        return buffer.ToArray();
    }

    private static void Number(CodedOutputStream message, int field, long value)
    {
        message.WriteTag(field, WireFormat.WireType.Varint);
        message.WriteInt64(value);
    }

    private static void Text(CodedOutputStream message, int field, string value)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteString(value);
    }

    private static void Bytes(CodedOutputStream message, int field, byte[] value)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteBytes(ByteString.CopyFrom(value));
    }
}
