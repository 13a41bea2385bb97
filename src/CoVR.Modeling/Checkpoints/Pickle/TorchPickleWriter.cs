using System.Buffers.Binary;
using System.Collections;
using System.Text;
using CoVR.Modeling.Checkpoints.Files;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>Writes plain values and tensors as a protocol 2 pickle, the way <c>torch.save</c> does.</summary>
internal sealed class TorchPickleWriter
{
    private const int MaximalDepth = 100;
    private readonly MemoryStream _output = new();
    private readonly List<WritableTensor> _storages = [];
    private readonly Dictionary<object, int> _keys = new(ReferenceEqualityComparer.Instance);

    /// <summary>The tensors whose bytes belong to the storages 0, 1, …</summary>
    public IReadOnlyList<WritableTensor> Storages => _storages;

    /// <summary>Writes the whole pickle.</summary>
    public void Write(object? value)
    {
        Put(0x80, 2);
        WriteValue(value, 0);
        Put('.');
    }

    /// <summary>The bytes written.</summary>
    public byte[] ToArray() => _output.ToArray();

    private void WriteValue(object? value, int depth)
    {
        if (depth > MaximalDepth)
        {
            throw new ArgumentException($"Values are nested deeper than {MaximalDepth}; perhaps one contains itself.", nameof(value));
        }

        switch (value)
        {
            case null:
                Put('N');
                break;
            case bool flag:
                Put(flag ? 0x88 : 0x89);
                break;
            case int or long or short or byte:
                WriteInteger(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case float or double:
                WriteDouble(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case string text:
                WriteText(text);
                break;
            case Tensor tensor:
                WriteTensor(tensor, () => WritableTensor.Of(string.Empty, tensor));
                break;
            case WritableTensor tensor:
                WriteTensor(tensor, () => tensor);
                break;
            case IEnumerable sequence:
                WriteContainer(sequence, depth + 1);
                break;
            default:
                throw new ArgumentException($"A value of type {value.GetType()} cannot be written to a weights file.", nameof(value));
        }
    }

    private void WriteContainer(IEnumerable sequence, int depth)
    {
        switch (sequence)
        {
            case IEnumerable<KeyValuePair<string, object?>> entries:
                WriteDictionary(entries.Select(entry => ((object)entry.Key, entry.Value)), depth);
                break;
            case IEnumerable<KeyValuePair<string, Tensor>> entries:
                WriteDictionary(entries.Select(entry => ((object)entry.Key, (object?)entry.Value)), depth);
                break;
            case IEnumerable<KeyValuePair<object, object?>> entries:
                WriteDictionary(entries.Select(entry => (entry.Key, entry.Value)), depth);
                break;
            case IDictionary dictionary:
                WriteDictionary(dictionary.Keys.Cast<object>().Select(key => (key, dictionary[key])), depth);
                break;
            case IList list:
                WriteList(list, depth);
                break;
            default:
                throw new ArgumentException($"A value of type {sequence.GetType()} cannot be written to a weights file.", nameof(sequence));
        }
    }

    private void WriteDictionary(IEnumerable<(object Key, object? Value)> entries, int depth)
    {
        Put('}');
        Put('(');
        foreach (var (key, value) in entries)
        {
            WriteValue(key is string or int or long ? key : throw new ArgumentException($"A key of type {key.GetType()} cannot be written to a weights file.", nameof(entries)), depth);
            WriteValue(value, depth);
        }

        Put('u');
    }

    private void WriteList(IList list, int depth)
    {
        Put(']');
        Put('(');
        foreach (var item in list)
        {
            WriteValue(item, depth);
        }

        Put('e');
    }

    // _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)
    // One that occurs twice is one storage.
    private void WriteTensor(object identity, Func<WritableTensor> make)
    {
        if (!_keys.TryGetValue(identity, out var key))
        {
            key = _keys[identity] = _storages.Count;
            _storages.Add(make());
        }

        var tensor = _storages[key];
        var kind = ElementTypes.StorageName(tensor.Type) ?? throw new ArgumentException($"Tensors of type {tensor.Type} cannot be written.", nameof(make));
        WriteGlobal("torch._utils", "_rebuild_tensor_v2");
        Put('(');
        Put('(');
        WriteText("storage");
        WriteGlobal("torch", kind);
        WriteText(key.ToString(System.Globalization.CultureInfo.InvariantCulture));
        WriteText("cpu");
        WriteInteger(tensor.Elements);
        Put('t');
        Put('Q');
        WriteInteger(0);
        WriteTuple(tensor.Shape);
        WriteTuple(StridesOf(tensor.Shape));
        Put(0x89);
        WriteGlobal("collections", "OrderedDict");
        Put(')');
        Put('R');
        Put('t');
        Put('R');
    }

    private static long[] StridesOf(long[] shape)
    {
        var (strides, step) = (new long[shape.Length], 1L);
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = step;
            step *= Math.Max(1, shape[dimension]);
        }

        return strides;
    }

    private void WriteTuple(long[] values)
    {
        Put('(');
        Array.ForEach(values, WriteInteger);
        Put('t');
    }

    private void WriteGlobal(string module, string name)
    {
        Put('c');
        _output.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
    }

    private void WriteText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Put('X');
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        _output.Write(length);
        _output.Write(bytes);
    }

    private void WriteInteger(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        switch (value)
        {
            case >= 0 and <= byte.MaxValue:
                Put('K', bytes[0]);
                break;
            case >= int.MinValue and <= int.MaxValue:
                Put('J');
                _output.Write(bytes[..4]);
                break;
            default:
                Put(0x8a, 8);
                _output.Write(bytes);
                break;
        }
    }

    private void WriteDouble(double value)
    {
        Put('G');
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        _output.Write(bytes);
    }

    private void Put(params ReadOnlySpan<int> bytes)
    {
        foreach (var value in bytes)
        {
            _output.WriteByte((byte)value);
        }
    }
}
