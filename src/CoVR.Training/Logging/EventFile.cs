using System.Buffers.Binary;
using System.Numerics;
using CoVR.Modeling.Checkpoints;
using Google.Protobuf;
using Tensorboard;

namespace CoVR.Training.Logging;

/// <summary>
/// A file of TensorBoard events. Each record holds its length, the length's masked checksum, the event and the event's masked
/// checksum (the TFRecord format; checksums are CRC-32C).
/// </summary>
internal sealed class EventFile : IDisposable
{
    private const int HeaderSize = sizeof(ulong) + sizeof(uint);
    private readonly FileStream _stream;

    private EventFile(FileStream stream) => _stream = stream;

    /// <summary>Creates a file with its version record.</summary>
    internal static EventFile Create(string path, double time)
    {
        var file = new EventFile(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0));
        file.Append(new Event { WallTime = time, FileVersion = "brain.Event:2" });
        return file;
    }

    /// <summary>Reads the complete events of a file and ignores an unfinished one at the end.</summary>
    internal static IReadOnlyList<Event> Read(string path)
    {
        List<Event> events = [];
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        while (rest.Length >= HeaderSize)
        {
            var length = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            if (Checksum(rest[..sizeof(ulong)]) != BinaryPrimitives.ReadUInt32LittleEndian(rest[sizeof(ulong)..]) || length > (ulong)rest.Length - HeaderSize)
            {
                break;
            }

            rest = rest[HeaderSize..];
            var data = rest[..(int)length];
            if (rest.Length < data.Length + sizeof(uint) || Checksum(data) != BinaryPrimitives.ReadUInt32LittleEndian(rest[data.Length..]))
            {
                break;
            }

            events.Add(Event.Parser.ParseFrom(data.ToArray()));
            rest = rest[(data.Length + sizeof(uint))..];
        }

        return events;
    }

    /// <summary>Replaces the content of a file.</summary>
    internal static void Rewrite(string path, IEnumerable<Event> events) => AtomicFile.Write(path, file =>
    {
        foreach (var item in events)
        {
            file.Write(Record(item));
        }
    });

    /// <summary>Appends an event, without buffering.</summary>
    internal void Append(Event item) => _stream.Write(Record(item));

    public void Dispose() => _stream.Dispose();

    private static byte[] Record(Event item)
    {
        var data = item.ToByteArray();
        var record = new byte[HeaderSize + data.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Checksum(record.AsSpan(0, sizeof(ulong))));
        data.CopyTo(record.AsSpan(HeaderSize));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(HeaderSize + data.Length), Checksum(data));
        return record;
    }

    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var item in data)
        {
            crc = BitOperations.Crc32C(crc, item);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8U;
    }
}
