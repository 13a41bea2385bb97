using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoVR.Modeling.Native;

/// <summary>Loads a shared library whose bytes are in memory, through an anonymous file of the kernel (Linux, <c>memfd_create</c>).</summary>
internal static partial class MemoryLibrary
{
    private const uint CloseOnExec = 1;
    private const uint Executable = 0x10;

    /// <summary>Loads the library.</summary>
    /// <param name="name">A name for the kernel's listings.</param>
    /// <param name="image">The file's bytes.</param>
    /// <returns>The library's handle.</returns>
    /// <exception cref="IOException">The kernel refuses an anonymous file.</exception>
    /// <exception cref="DllNotFoundException">The loader refuses the library.</exception>
    public static nint Load(string name, ReadOnlySpan<byte> image)
    {
        var descriptor = Create(name);
        using (var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0))
        {
            stream.Write(image);
        }

        // The descriptor stays open: the loader remembers the library by this path, and a later file must not get its number.
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    private static int Create(string name)
    {
        var descriptor = MemoryFile(name, CloseOnExec | Executable);
        if (descriptor < 0)
        {
            descriptor = MemoryFile(name, CloseOnExec); // kernels before 6.3 do not know the second flag
        }

        return descriptor >= 0
            ? descriptor
            : throw new IOException($"memfd_create failed with error {Marshal.GetLastPInvokeError()}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemoryFile(string name, uint flags);
}
