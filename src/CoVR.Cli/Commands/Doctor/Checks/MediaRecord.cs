using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>
/// The files that an unfinished run has decoded successfully, so that the next run skips them: 16 bytes each, a hash of path, length and time of
/// the last change. Append-only; an unfinished entry, left by a kill, is cut off. Removed after a complete run.
/// </summary>
/// <remarks>Thread-safe; for one process at a time.</remarks>
internal sealed class MediaRecord : IDisposable
{
    public const string FileName = "doctor-media.partial";
    private const int Size = 16;

    private readonly HashSet<UInt128> _known = [];
    private readonly Lock _gate = new();
    private readonly FileStream _file;

    private MediaRecord(FileStream file)
    {
        _file = file;
        var bytes = new byte[file.Length / Size * Size];
        file.ReadExactly(bytes);
        for (var at = 0; at < bytes.Length; at += Size)
        {
            _known.Add(BinaryPrimitives.ReadUInt128BigEndian(bytes.AsSpan(at)));
        }

        file.SetLength(bytes.Length);
    }

    /// <summary>Opens the record of a folder.</summary>
    /// <exception cref="IOException">Another process has it, or it cannot be written.</exception>
    public static MediaRecord Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var file = new FileStream(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        try
        {
            return new MediaRecord(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The hash of a file as it is now; null: there is no file.</summary>
    public static UInt128? KeyOf(MediaSource source) => source.Path is { } path && new FileInfo(path) is { Exists: true } file
        ? XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{file.Length} {file.LastWriteTimeUtc.Ticks} {Path.GetFullPath(path)}")))
        : null;

    /// <summary>Whether an earlier run has decoded the file.</summary>
    public bool Knows(UInt128? key) => key is { } known && _known.Contains(known);

    /// <summary>Records a decoded file.</summary>
    public void Add(UInt128? key)
    {
        if (key is not { } healthy)
        {
            return;
        }

        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, healthy);
        lock (_gate)
        {
            _file.Write(bytes);
        }
    }

    /// <summary>Deletes the record, so that the next run examines everything again.</summary>
    public void Remove()
    {
        _file.Dispose();
        File.Delete(_file.Name);
    }

    public void Dispose() => _file.Dispose();
}
