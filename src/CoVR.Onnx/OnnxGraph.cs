using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using static TorchSharp.torch;

namespace CoVR.Onnx;

/// <summary>Writes an ONNX model node by node. Large weights stay where they are: the model names them, and a session gets their memory beside it.</summary>
/// <remarks>Field numbers and types are those of the public format, <c>onnx.proto</c>, version 9 of its intermediate representation.</remarks>
internal sealed class OnnxGraph
{
    /// <summary>Begins the names of ONNX Runtime's own operators.</summary>
    public const string Contrib = ContribDomain + ":";

    private const string ContribDomain = "com.microsoft";
    private const int FloatType = 1, ByteType = 3, LongType = 7;

    private readonly List<byte[]> _nodes = [];
    private readonly List<byte[]> _initializers = [];
    private readonly List<(string Name, Tensor Values)> _weights = [];

    /// <summary>The large weights by name; contiguous, on the CPU.</summary>
    public IReadOnlyList<(string Name, Tensor Values)> Weights => _weights;

    /// <summary>Adds an operation.</summary>
    /// <param name="operation">The operator's name, after <see cref="Contrib"/> for ONNX Runtime's own.</param>
    /// <param name="inputs">Names of values; empty for one that is left out.</param>
    /// <param name="attributes">Numbers or lists of whole numbers.</param>
    /// <returns>The name of its first output.</returns>
    public string Add(string operation, string[] inputs, params (string Name, object Value)[] attributes) => Add(operation, inputs, 1, attributes)[0];

    /// <summary>Adds an operation of several outputs, and gives the names of all.</summary>
    public string[] Add(string operation, string[] inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        var (domain, type) = operation.Split(':') is [var own, var name] ? (own, name) : ("", operation);
        var id = string.Create(CultureInfo.InvariantCulture, $"{type}{_nodes.Count}");
        string[] results = [.. Enumerable.Range(0, outputs).Select(i => i == 0 ? id : string.Create(CultureInfo.InvariantCulture, $"{id}:{i}"))];
        AddNode(domain, type, id, inputs, results, attributes);
        return results;
    }

    /// <summary>Gives a value another name, for an output of the model.</summary>
    public void Name(string value, string name) => AddNode("", "Identity", name, [value], [name], []);

    /// <summary>Adds a small constant of whole numbers, inside the model.</summary>
    public string Constant(params long[] values) => Embed(LongType, [values.Length], MemoryMarshal.AsBytes<long>(values));

    /// <summary>Adds a small tensor, inside the model.</summary>
    public string Constant(Tensor values)
    {
        using var whole = values.detach().cpu().contiguous();
        return Embed(FloatType, whole.shape, whole.bytes);
    }

    /// <summary>Adds a large weight, which a session reads from its own memory.</summary>
    /// <param name="values">Contiguous, on the CPU, float32 or int8; kept alive by the caller until the session is made.</param>
    public string Weight(Tensor values)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"w{_weights.Count}");
        _weights.Add((name, values));
        _initializers.Add(Message(tensor =>
        {
            WriteDimensions(tensor, values.shape);
            Write(tensor, 2, values.dtype == ScalarType.Int8 ? ByteType : FloatType);
            Write(tensor, 8, name);
            Write(tensor, 13, Message(entry =>
            {
                Write(entry, 1, "location");
                Write(entry, 2, name);
            }));
            Write(tensor, 14, 1);
        }));
        return name;
    }

    /// <summary>The model, with one input and one output of float32 whose first dimension is the batch.</summary>
    public byte[] ToModel((string Name, long[] Shape) input, (string Name, long[] Shape) output) => Message(model =>
    {
        Write(model, 1, 9);
        Write(model, 2, "CoVR");
        Write(model, 7, Message(graph =>
        {
            WriteAll(graph, 1, _nodes);
            Write(graph, 2, "vision");
            WriteAll(graph, 5, _initializers);
            Write(graph, 11, Value(input.Name, input.Shape));
            Write(graph, 12, Value(output.Name, output.Shape));
        }));
        foreach (var (domain, version) in new[] { ("", 17), (ContribDomain, 1) })
        {
            Write(model, 8, Message(set =>
            {
                Write(set, 1, domain);
                Write(set, 2, version);
            }));
        }
    });

    private void AddNode(string domain, string type, string id, string[] inputs, string[] outputs, (string Name, object Value)[] attributes) => _nodes.Add(Message(node =>
    {
        WriteAll(node, 1, inputs);
        WriteAll(node, 2, outputs);
        Write(node, 3, id);
        Write(node, 4, type);
        foreach (var (key, value) in attributes)
        {
            Write(node, 5, Attribute(key, value));
        }

        Write(node, 7, domain);
    }));

    private string Embed(int type, long[] shape, ReadOnlySpan<byte> values)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"c{_initializers.Count}");
        var bytes = values.ToArray();
        _initializers.Add(Message(tensor =>
        {
            WriteDimensions(tensor, shape);
            Write(tensor, 2, type);
            Write(tensor, 8, name);
            Write(tensor, 9, bytes);
        }));
        return name;
    }

    private static byte[] Attribute(string name, object value) => Message(attribute =>
    {
        Write(attribute, 1, name);
        switch (value)
        {
            case float number:
                attribute.WriteTag(2, WireFormat.WireType.Fixed32);
                attribute.WriteFloat(number);
                Write(attribute, 20, 1);
                break;
            case long[] numbers:
                foreach (var number in numbers)
                {
                    Write(attribute, 8, number);
                }

                Write(attribute, 20, 7);
                break;
            default:
                Write(attribute, 3, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                Write(attribute, 20, 2);
                break;
        }
    });

    // [batch, …], float32.
    private static byte[] Value(string name, long[] shape) => Message(value =>
    {
        Write(value, 1, name);
        Write(value, 2, Message(type => Write(type, 1, Message(tensor =>
        {
            Write(tensor, 1, FloatType);
            Write(tensor, 2, Message(dimensions =>
            {
                Write(dimensions, 1, Message(dimension => Write(dimension, 2, "batch")));
                foreach (var size in shape)
                {
                    Write(dimensions, 1, Message(dimension => Write(dimension, 1, size)));
                }
            }));
        }))));
    });

    private static void WriteDimensions(CodedOutputStream tensor, long[] shape)
    {
        foreach (var size in shape)
        {
            Write(tensor, 1, size);
        }
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var stream = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(stream);
        }

        return buffer.ToArray();
    }

    private static void WriteAll(CodedOutputStream message, int field, IEnumerable<string> values)
    {
        foreach (var value in values)
        {
            Write(message, field, value);
        }
    }

    private static void WriteAll(CodedOutputStream message, int field, IEnumerable<byte[]> values)
    {
        foreach (var value in values)
        {
            Write(message, field, value);
        }
    }

    private static void Write(CodedOutputStream message, int field, long value)
    {
        message.WriteTag(field, WireFormat.WireType.Varint);
        message.WriteInt64(value);
    }

    private static void Write(CodedOutputStream message, int field, string value)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteString(value);
    }

    private static void Write(CodedOutputStream message, int field, byte[] value)
    {
        message.WriteTag(field, WireFormat.WireType.LengthDelimited);
        message.WriteBytes(UnsafeByteOperations.UnsafeWrap(value));
    }
}
