using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace CoVR.TestSupport;

/// <summary>An array of a <c>.npy</c> file (format 1 or 2, C order, little-endian).</summary>
/// <param name="Type">The descriptor, for example <c>&lt;f4</c>.</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Bytes">The raw elements.</param>
public sealed partial record NpyArray(string Type, long[] Shape, byte[] Bytes)
{
    /// <summary>The elements as 32-bit floats.</summary>
    public float[] Floats => Cast<float>("<f4");

    /// <summary>The elements as 64-bit integers.</summary>
    public long[] Longs => Cast<long>("<i8");

    /// <summary>The elements as bytes.</summary>
    public byte[] UInt8 => Cast<byte>("|u1");

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    public static NpyArray Read(string path)
    {
        var file = File.ReadAllBytes(path);
        if (file.Length < 10 || file[0] != 0x93 || System.Text.Encoding.ASCII.GetString(file, 1, 5) != "NUMPY")
        {
            throw new InvalidDataException($"{path} is no .npy file.");
        }

        var wide = file[6] >= 2;
        var headerLength = wide ? BitConverter.ToInt32(file, 8) : BitConverter.ToUInt16(file, 8);
        var start = wide ? 12 : 10;
        var header = System.Text.Encoding.ASCII.GetString(file, start, headerLength);
        if (header.Contains("'fortran_order': True", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} is in Fortran order.");
        }

        var type = DescriptorPattern().Match(header).Groups[1].Value;
        long[] shape = [.. ShapePattern().Match(header).Groups[1].Value
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        return new NpyArray(type, shape, file[(start + headerLength)..]);
    }

    private T[] Cast<T>(string expected)
        where T : unmanaged =>
        Type == expected
            ? MemoryMarshal.Cast<byte, T>(Bytes).ToArray()
            : throw new InvalidDataException($"The array holds {Type}, not {expected}.");

    [GeneratedRegex("'descr': '([^']+)'")]
    private static partial Regex DescriptorPattern();

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
