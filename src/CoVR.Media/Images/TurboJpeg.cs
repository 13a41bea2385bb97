using System.Runtime.InteropServices;

namespace CoVR.Media.Images;

/// <summary>Decodes JPEG with the system's libjpeg-turbo (its TurboJPEG interface, version 1.4 or later), which is twice as fast as the one inside SkiaSharp.</summary>
/// <remarks>
/// It decodes only what it can without a complaint; everything else (CMYK, damaged and truncated files) is left to Skia, whose pixels are the same. The environment variable
/// <c>COVR_TURBOJPEG</c> names the library's file; <c>0</c> switches it off. Safe for use from several threads.
/// </remarks>
internal sealed unsafe class TurboJpeg
{
    private const int Rgb = 0;
    private const int Cmyk = 3;
    private const int StopOnWarning = 8192;

    private static readonly string[] Names =
        OperatingSystem.IsWindows() ? ["turbojpeg", "libturbojpeg"]
        : OperatingSystem.IsMacOS() ? ["libturbojpeg.dylib", "/opt/homebrew/opt/jpeg-turbo/lib/libturbojpeg.dylib", "/usr/local/opt/jpeg-turbo/lib/libturbojpeg.dylib"]
        : ["libturbojpeg.so.0", "libturbojpeg.so"];

    private static readonly Lazy<TurboJpeg?> Found = new(() => Load(Environment.GetEnvironmentVariable("COVR_TURBOJPEG")));

    private readonly delegate* unmanaged[Cdecl]<nint> _create;
    private readonly delegate* unmanaged[Cdecl]<nint, int> _destroy;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, CULong, int*, int*, int*, int*, int> _readHeader;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int> _decode;

    private TurboJpeg(nint library, string name, nint[] functions)
    {
        _create = (delegate* unmanaged[Cdecl]<nint>)functions[0];
        _destroy = (delegate* unmanaged[Cdecl]<nint, int>)functions[1];
        _readHeader = (delegate* unmanaged[Cdecl]<nint, byte*, CULong, int*, int*, int*, int*, int>)functions[2];
        _decode = (delegate* unmanaged[Cdecl]<nint, byte*, CULong, byte*, int, int, int, int, int, int>)functions[3];
        Version = $"libjpeg-turbo {(NativeLibrary.TryGetExport(library, "tj3Init", out _) ? "3" : NativeLibrary.TryGetExport(library, "tjGetErrorStr2", out _) ? "2" : "1")} ({Path.GetFileName(name)})";
    }

    /// <summary>The system's library; null if there is none. Loaded once and kept.</summary>
    internal static TurboJpeg? Shared => Found.Value;

    /// <summary>The library with its major version and file.</summary>
    internal string Version { get; }

    /// <summary>Loads the library.</summary>
    /// <param name="place">A file, <c>0</c> for none, or null or empty for the system's.</param>
    /// <returns>Null if it is not there or not this library.</returns>
    internal static TurboJpeg? Load(string? place)
    {
        foreach (var name in place == "0" ? [] : string.IsNullOrEmpty(place) ? Names : [place])
        {
            if (NativeLibrary.TryLoad(name, typeof(TurboJpeg).Assembly, DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories, out var library))
            {
                nint[] functions = [.. new[] { "tjInitDecompress", "tjDestroy", "tjDecompressHeader3", "tjDecompress2" }
                    .Select(function => NativeLibrary.TryGetExport(library, function, out var address) ? address : 0)];
                if (!functions.Contains(0))
                {
                    return new TurboJpeg(library, name, functions);
                }

                NativeLibrary.Free(library);
            }
        }

        return null;
    }

    /// <summary>The size of a picture; null if this decoder does not read it.</summary>
    internal (int Width, int Height)? ReadSize(ReadOnlySpan<byte> encoded)
    {
        var decoder = _create();
        fixed (byte* bytes = encoded)
        {
            var (width, height, sampling, colors) = (0, 0, 0, 0);
            var isRead = decoder != 0 && _readHeader(decoder, bytes, new CULong((uint)encoded.Length), &width, &height, &sampling, &colors) == 0
                && width > 0 && height > 0 && colors < Cmyk;
            Destroy(decoder);
            return isRead ? (width, height) : null;
        }
    }

    /// <summary>Decodes a whole picture.</summary>
    /// <returns>3 P bytes; null where anything is wrong with the file.</returns>
    internal byte[]? Decode(ReadOnlySpan<byte> encoded, int width, int height)
    {
        var rgb = GC.AllocateUninitializedArray<byte>(checked(width * height * 3));
        var decoder = _create();
        fixed (byte* bytes = encoded, pixels = rgb)
        {
            var isWhole = decoder != 0 && _decode(decoder, bytes, new CULong((uint)encoded.Length), pixels, width, width * 3, height, Rgb, StopOnWarning) == 0;
            Destroy(decoder);
            return isWhole ? rgb : null;
        }
    }

    private void Destroy(nint decoder)
    {
        if (decoder != 0)
        {
            _ = _destroy(decoder);
        }
    }
}
