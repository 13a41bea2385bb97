using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Builds pickles by hand, good and hostile, and the files around them.</summary>
internal sealed class PickleBytes
{
    private readonly MemoryStream _output = new();

    public PickleBytes(params ReadOnlySpan<byte> start) => _output.Write(start);

    public static PickleBytes Protocol2 => new(0x80, 2);

    public PickleBytes Op(params ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        return this;
    }

    public PickleBytes Op(char code) => Op((byte)code);

    public PickleBytes Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Op('X').Op(BitConverter.GetBytes(bytes.Length));
        return Op(bytes);
    }

    public PickleBytes Int(long value) => value is >= 0 and < 256 ? Op((byte)'K', (byte)value) : Op(0x8a, 8).Op(BitConverter.GetBytes(value));

    public PickleBytes Global(string module, string name) => Op('c').Op(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));

    public PickleBytes Tuple(params ReadOnlySpan<long> values)
    {
        Op('(');
        foreach (var value in values)
        {
            Int(value);
        }

        return Op('t');
    }

    /// <summary>A tensor of float storage '0'.</summary>
    public PickleBytes Tensor(long[] shape, long[] strides, long offset = 0, long elements = 4, string kind = "FloatStorage", string key = "0")
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage(kind, key, elements);
        return Int(offset).Tuple(shape).Tuple(strides).Op(0x89).OrderedDict().Op('t').Op('R');
    }

    /// <summary>A reference to a storage.</summary>
    public PickleBytes Storage(string kind, string key, long elements) =>
        Op('(').Text("storage").Global("torch", kind).Text(key).Text("cpu").Int(elements).Op('t').Op('Q');

    /// <summary>An empty ordered dictionary.</summary>
    public PickleBytes OrderedDict() => Global("collections", "OrderedDict").Op(')').Op('R');

    public PickleBytes Double(double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return Op('G').Op(bytes);
    }

    /// <summary>A dictionary of one key; what is appended next becomes its value.</summary>
    public PickleBytes Entry(string key) => Op('}').Text(key);

    /// <summary>Ends a dictionary of one entry and the pickle.</summary>
    public byte[] EndEntry() => Op('s').End();

    public byte[] End() => Op('.').ToArray();

    public byte[] ToArray() => _output.ToArray();

    /// <summary>A zip file as another program might write it.</summary>
    public static void WriteZip(string path, byte[] pickle, params (string Name, byte[] Content)[] others)
    {
        using var stream = File.Create(path);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (var (name, content) in others.Prepend(("archive/data.pkl", pickle)))
        {
            using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }
    }
}
