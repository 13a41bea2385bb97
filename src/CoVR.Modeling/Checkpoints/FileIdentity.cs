using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Distinguishes a file from whatever was or will be at its path: its place on the disk, its size and its times.</summary>
/// <param name="Text">All of that; two files of the same text are the same.</param>
/// <param name="Changed">When it was last changed.</param>
internal sealed partial record FileIdentity(string Text, DateTimeOffset Changed)
{
    /// <summary>File systems and clocks may put two changes within this time at the same moment.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromSeconds(2);
    private const int CurrentFolder = -100, StatxSize = 256;
    private const uint AllFields = 0x7ff;

    /// <summary>Whether a later change would be sure to give another identity.</summary>
    /// <param name="now">When the identity was read.</param>
    public bool IsSettled(DateTimeOffset now) => Changed <= now - Resolution;

    /// <summary>The identity of a file, or of the target of a link; null if there is none or it is a folder.</summary>
    public static FileIdentity? Of(string path)
    {
        try
        {
            return File.Exists(path) ? (OperatingSystem.IsLinux() ? OfStatx(path) : null) ?? OfTimes(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static FileIdentity OfTimes(string path)
    {
        var file = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
        var changed = file.LastWriteTimeUtc > file.CreationTimeUtc ? file.LastWriteTimeUtc : file.CreationTimeUtc;
        return new FileIdentity(FormattableString.Invariant($"{file.Length} bytes, {file.LastWriteTimeUtc:O}, {file.CreationTimeUtc:O}"), changed);
    }

    // The time of the inode changes with every write, even if a program puts the time of modification back.
    private static unsafe FileIdentity? OfStatx(string path)
    {
        var bytes = stackalloc byte[StatxSize];
        var status = new ReadOnlySpan<byte>(bytes, StatxSize);
        try
        {
            if (Statx(CurrentFolder, path, 0, AllFields, bytes) != 0)
            {
                return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        var (inode, size) = (BinaryPrimitives.ReadUInt64LittleEndian(status[32..]), BinaryPrimitives.ReadUInt64LittleEndian(status[40..]));
        var (major, minor) = (BinaryPrimitives.ReadUInt32LittleEndian(status[136..]), BinaryPrimitives.ReadUInt32LittleEndian(status[140..]));
        var (changed, modified) = (TimeAt(status[96..]), TimeAt(status[112..]));
        return new FileIdentity(
            FormattableString.Invariant($"{size} bytes, {modified.Seconds}.{modified.Nanoseconds:D9}, {changed.Seconds}.{changed.Nanoseconds:D9}, inode {inode} of {major}:{minor}"),
            DateTimeOffset.FromUnixTimeSeconds(Math.Max(changed.Seconds, modified.Seconds) + 1));
    }

    private static (long Seconds, uint Nanoseconds) TimeAt(ReadOnlySpan<byte> status) => (BinaryPrimitives.ReadInt64LittleEndian(status), BinaryPrimitives.ReadUInt32LittleEndian(status[8..]));

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* status);
}
