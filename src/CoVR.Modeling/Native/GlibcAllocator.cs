using System.Runtime.InteropServices;

namespace CoVR.Modeling.Native;

/// <summary>
/// Sets glibc's allocator so that large tensors come from their own mappings. With its default, a threshold that grows
/// with use, small native objects pin the freed space of large ones and resident memory rises with every training step.
/// </summary>
internal static partial class GlibcAllocator
{
    private const int MmapThreshold = -3; // M_MMAP_THRESHOLD of malloc.h
    private const int OneMebibyte = 1 << 20;

    /// <summary>Fixes the threshold at 1 MiB; does nothing where the C library is not glibc.</summary>
    /// <returns>Whether glibc took the setting.</returns>
    public static bool KeepLargeBuffersMapped() =>
        NativeLibrary.TryLoad("libc.so.6", out var libc) &&
        NativeLibrary.TryGetExport(libc, "gnu_get_libc_version", out _) &&
        SetOption(MmapThreshold, OneMebibyte) == 1;

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
