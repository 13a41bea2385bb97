using System.IO.Hashing;
using TorchSharp;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>A range of elements in a file that one or more tensors view.</summary>
/// <param name="file">The file.</param>
/// <param name="key">Its name in the file.</param>
/// <param name="type">The element type; <see cref="torch.ScalarType.Byte"/> for untyped storages.</param>
/// <param name="elements">How many elements are announced.</param>
internal sealed class TensorStorage(CheckpointFile file, string key, torch.ScalarType type, long elements)
{
    private const int VerifyBuffer = 1 << 20;
    private readonly Lock _gate = new();
    private uint? _crc;

    /// <summary>The file.</summary>
    public CheckpointFile File => file;

    /// <summary>Its name in the file.</summary>
    public string Key => key;

    /// <summary>The element type.</summary>
    public torch.ScalarType Type => type;

    /// <summary>Number of elements.</summary>
    public long Elements => elements;

    /// <summary>Number of bytes.</summary>
    public long Bytes { get; } = checked(elements * ElementTypes.SizeOf(type));

    /// <summary>Where the bytes start in the file; -1 until it is known.</summary>
    public long Offset { get; private set; } = -1;

    /// <summary>Whether a checksum is still to be compared.</summary>
    public bool NeedsVerification
    {
        get
        {
            lock (_gate)
            {
                return _crc is not null;
            }
        }
    }

    /// <summary>Says where the bytes are.</summary>
    /// <param name="offset">The position in the file.</param>
    /// <param name="crc">Their CRC-32, if the file states one.</param>
    public void Locate(long offset, uint? crc) => (Offset, _crc) = (offset, crc);

    /// <summary>Compares the checksum of all bytes with the stated one, once; other threads wait for it.</summary>
    public void Verify()
    {
        lock (_gate)
        {
            if (_crc is not null)
            {
                Compare(ComputeCrc(file, Offset, Bytes));
            }
        }
    }

    /// <summary>Takes a checksum that the caller computed while reading all bytes.</summary>
    public void Compare(uint actual)
    {
        lock (_gate)
        {
            if (_crc is { } expected && expected != actual)
            {
                throw file.Error($"the checksum of '{key}' is {actual:x8} instead of {expected:x8}: the file is damaged", Offset);
            }

            _crc = null;
        }
    }

    /// <summary>The CRC-32 of a range of a file.</summary>
    public static uint ComputeCrc(CheckpointFile file, long offset, long bytes)
    {
        var (crc, buffer) = (new Crc32(), new byte[(int)Math.Min(VerifyBuffer, bytes)]);
        for (var done = 0L; done < bytes;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, bytes - done));
            file.Read(part, offset + done);
            crc.Append(part);
            done += part.Length;
        }

        return crc.GetCurrentHashAsUInt32();
    }
}
