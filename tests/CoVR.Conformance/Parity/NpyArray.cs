using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Conformance.Parity;

/// <summary>An array of a <c>.npy</c> file (format 1 to 3, C order, little-endian), as <c>numpy.save</c> writes it.</summary>
/// <param name="Type">The descriptor, for example <c>&lt;f4</c>.</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Bytes">The raw elements.</param>
public sealed partial record NpyArray(string Type, long[] Shape, byte[] Bytes)
{
    private static readonly byte[] Magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The elements as 32-bit floats.</summary>
    /// <exception cref="InvalidDataException">The array holds another type.</exception>
    public float[] Floats => Cast<float>("<f4");

    /// <summary>The elements as 64-bit integers.</summary>
    /// <exception cref="InvalidDataException">The array holds another type.</exception>
    public long[] Longs => Cast<long>("<i8");

    /// <summary>The elements as bytes.</summary>
    /// <exception cref="InvalidDataException">The array holds another type.</exception>
    public byte[] UInt8 => Cast<byte>("|u1");

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The array.</returns>
    /// <exception cref="InvalidDataException">The file is no such array, is cut short, in Fortran order or big-endian.</exception>
    public static NpyArray Read(string path)
    {
        var file = File.ReadAllBytes(path);
        Require(file.Length >= 12 && file.AsSpan(0, 6).SequenceEqual(Magic), path, "it is no .npy file");
        var start = file[6] >= 2 ? 12 : 10;
        var headerLength = file[6] >= 2 ? BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(8)) : BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        Require(headerLength <= file.Length - start, path, "its header is cut short");
        var header = Encoding.UTF8.GetString(file, start, (int)headerLength);
        Require(!header.Contains("'fortran_order': True", StringComparison.Ordinal), path, "it is in Fortran order; save numpy.ascontiguousarray of it");
        var type = DescriptorPattern().Match(header).Groups[1].Value;
        Require(type.Length > 1 && type[0] is '<' or '|', path, $"its type '{type}' is not little-endian numbers");
        long[] shape = [.. ShapePattern().Match(header).Groups[1].Value
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        var bytes = file[(start + (int)headerLength)..];
        Require(int.TryParse(type.AsSpan(2), CultureInfo.InvariantCulture, out var size), path, $"its type '{type}' is no plain number");
        Require(bytes.LongLength == shape.Aggregate((long)size, (product, side) => product * side), path, "its length is not that of its shape");
        return new NpyArray(type, shape, bytes);
    }

    /// <summary>Copies a tensor of any device and strides; types that numpy lacks (bfloat16) become 32-bit floats.</summary>
    /// <param name="tensor">Left as it is.</param>
    /// <returns>The array.</returns>
    public static NpyArray Of(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (type, held) = tensor.dtype switch
        {
            ScalarType.Float16 => ("<f2", tensor),
            ScalarType.Float64 => ("<f8", tensor),
            ScalarType.Byte => ("|u1", tensor),
            ScalarType.Int8 => ("|i1", tensor),
            ScalarType.Int16 => ("<i2", tensor),
            ScalarType.Int32 => ("<i4", tensor),
            ScalarType.Int64 => ("<i8", tensor),
            ScalarType.Bool => ("|b1", tensor),
            _ => ("<f4", tensor.to(ScalarType.Float32)),
        };
        return new NpyArray(type, [.. tensor.shape], held.detach().cpu().contiguous().bytes.ToArray());
    }

    /// <summary>Makes a tensor of the same type and shape.</summary>
    /// <param name="device">Where; null for the CPU.</param>
    /// <returns>The tensor; the caller owns it.</returns>
    /// <exception cref="InvalidDataException">The array holds no numbers that a tensor holds.</exception>
    public Tensor ToTensor(Device? device = null)
    {
        var values = empty(Shape, dtype: TensorType, device: CPU);
        values.bytes = Bytes;
        if (device is null || device.type == DeviceType.CPU)
        {
            return values;
        }

        using (values)
        {
            return values.to(device);
        }
    }

    /// <summary>Writes the array as <c>numpy.load</c> reads it.</summary>
    /// <param name="path">Is replaced if it exists.</param>
    public void Save(string path)
    {
        var shape = string.Concat(Shape.Select(side => $"{side.ToString(CultureInfo.InvariantCulture)}, "));
        var header = $"{{'descr': '{Type}', 'fortran_order': False, 'shape': ({shape}), }}";
        header = header.PadRight(((header.Length + 1 + 10 + 63) / 64 * 64) - 10 - 1) + "\n";
        using var stream = File.Create(path);
        stream.Write([.. Magic, 1, 0, (byte)(header.Length & 0xFF), (byte)(header.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header));
        stream.Write(Bytes);
    }

    /// <summary>The type as PyTorch names it, for example <c>float32</c>.</summary>
    internal string TypeName => TensorType.ToString().ToLowerInvariant();

    /// <summary>Whether the elements are floating numbers.</summary>
    internal bool IsFloating => Type[1] == 'f';

    /// <summary>Every element as a double; all other types fit but the largest 64-bit integers.</summary>
    internal double[] ToDoubles() => Type switch
    {
        "<f2" => Convert<Half>(value => (double)value),
        "<f4" => Convert<float>(value => value),
        "<f8" => Convert<double>(value => value),
        "<i8" => Convert<long>(value => value),
        "<i4" => Convert<int>(value => value),
        "<i2" => Convert<short>(value => value),
        "|i1" => Convert<sbyte>(value => value),
        _ => Convert<byte>(value => value),
    };

    private ScalarType TensorType => Type switch
    {
        "<f2" => ScalarType.Float16,
        "<f4" => ScalarType.Float32,
        "<f8" => ScalarType.Float64,
        "<i8" => ScalarType.Int64,
        "<i4" => ScalarType.Int32,
        "<i2" => ScalarType.Int16,
        "|i1" => ScalarType.Int8,
        "|u1" => ScalarType.Byte,
        "|b1" => ScalarType.Bool,
        _ => throw new InvalidDataException($"Arrays of {Type} are no tensors."),
    };

    private double[] Convert<T>(Func<T, double> convert)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(Bytes);
        var result = new double[values.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = convert(values[i]);
        }

        return result;
    }

    private T[] Cast<T>(string expected)
        where T : unmanaged =>
        Type == expected
            ? MemoryMarshal.Cast<byte, T>(Bytes).ToArray()
            : throw new InvalidDataException($"The array holds {Type}, not {expected}.");

    private static void Require(bool condition, string path, string fault)
    {
        if (!condition)
        {
            throw new InvalidDataException($"{path} cannot be read: {fault}.");
        }
    }

    [GeneratedRegex("'descr': '([^']+)'")]
    private static partial Regex DescriptorPattern();

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
