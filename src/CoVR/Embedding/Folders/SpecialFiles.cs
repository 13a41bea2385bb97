using System.Runtime.InteropServices;

namespace CoVR.Embedding.Folders;

/// <summary>Recognizes pipes, sockets and devices without opening them.</summary>
internal static partial class SpecialFiles
{
    private const int CurrentFolder = -100;
    private const uint TypeAndMode = 3;
    private const int ModeOffset = 28; // of stx_mode, the same on every processor
    private const int StatxSize = 256;

    /// <summary>The kind of a special file; null for a regular file, or if the system does not say.</summary>
    public static unsafe string? KindOf(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var status = stackalloc byte[StatxSize];
        try
        {
            return Statx(CurrentFolder, path, 0, TypeAndMode, status) != 0 ? null : (*(ushort*)(status + ModeOffset) & 0xF000) switch
            {
                0x1000 => "pipe",
                0xC000 => "socket",
                0x2000 or 0x6000 => "device",
                _ => null,
            };
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* status);
}
