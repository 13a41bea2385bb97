using System.Buffers.Binary;
using System.Text;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Reads a range of a file forward through a small buffer; reading past the range's end is a typed error.</summary>
internal sealed class RegionReader(CheckpointFile file, long start, long end)
{
    private const int BufferSize = 1 << 16;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[(int)Math.Min(BufferSize, Math.Max(0, end - start))];
    private long _bufferStart = start;
    private int _buffered;
    private int _next;

    /// <summary>The file.</summary>
    public CheckpointFile File => file;

    /// <summary>The position in the file of the next byte.</summary>
    public long Position => _bufferStart + _next;

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>Reads a little-endian number.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    /// <summary>Reads a little-endian number.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    /// <summary>Reads a little-endian number.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Reads a little-endian number.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>Reads a big-endian double, as pickles hold them.</summary>
    public double ReadBigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>Reads bytes into a new array.</summary>
    /// <param name="count">How many; negative counts mean more than 2^63.</param>
    /// <param name="limit">The most that is accepted.</param>
    public byte[] ReadBytes(long count, int limit)
    {
        var position = Position;
        if (count < 0 || count > end - position)
        {
            throw file.Error($"{(ulong)count} bytes are announced but {end - position} are left: the file is truncated or damaged", position);
        }

        if (count > limit)
        {
            throw file.Error($"{count} bytes in one value are more than the limit of {limit}", position);
        }

        var bytes = file.Read(position, (int)count);
        Seek(position + count);
        return bytes;
    }

    /// <summary>Reads UTF-8 text.</summary>
    public string ReadText(long count, int limit)
    {
        var position = Position;
        try
        {
            return Utf8.GetString(ReadBytes(count, limit));
        }
        catch (DecoderFallbackException)
        {
            throw file.Error("a text is not valid UTF-8", position);
        }
    }

    /// <summary>Reads ASCII text up to a line feed, which is consumed.</summary>
    public string ReadLine(int limit)
    {
        var (position, line) = (Position, new StringBuilder());
        for (var value = ReadByte(); value != '\n'; value = ReadByte())
        {
            if (line.Length >= limit || value >= 0x80)
            {
                throw file.Error("a name is too long or not ASCII", position);
            }

            line.Append((char)value);
        }

        return line.ToString();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_buffered - _next < count)
        {
            Refill(count);
        }

        _next += count;
        return _buffer.AsSpan(_next - count, count);
    }

    private void Refill(int count)
    {
        Seek(Position);
        var available = (int)Math.Min(_buffer.Length, end - _bufferStart);
        if (available < count)
        {
            throw file.Error("the data ends in the middle of a value: the file is truncated or damaged", _bufferStart);
        }

        file.Read(_buffer.AsSpan(0, available), _bufferStart);
        _buffered = available;
    }

    private void Seek(long position) => (_bufferStart, _buffered, _next) = (position, 0, 0);
}
