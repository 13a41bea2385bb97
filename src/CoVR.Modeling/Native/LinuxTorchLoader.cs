using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;

namespace CoVR.Modeling.Native;

/// <summary>Loads libtorch and TorchSharp's binding on Linux, with the way around an old libstdc++.</summary>
internal static class LinuxTorchLoader
{
    /// <summary>Builds whose only use of a newer libstdc++ is a version declaration without a relocation behind it, by SHA-256.</summary>
    private static readonly HashSet<string> KnownBindings =
    [
        "cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8", // TorchSharp 0.107.0, linux-x64
    ];

    private static readonly string[] Dependencies = ["libc10.so", NativeFolders.TorchCpu, "libtorch.so"];

    /// <summary>Loads the binding; TorchSharp's own load by name then finds it by its SONAME.</summary>
    /// <param name="folders">Where to look.</param>
    /// <param name="mayPatch">Whether the load from memory is allowed.</param>
    /// <returns>Whether it was loaded from memory.</returns>
    public static bool Load(NativeFolders folders, bool mayPatch)
    {
        if (folders.Find(NativeFolders.Binding) is not { } binding)
        {
            return NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, null, out _)
                ? false
                : throw new NativeTorchException(
                    $"{NativeFolders.Binding} is in none of these folders: {string.Join(", ", folders.All)}. " +
                    "It comes with the TorchSharp package for linux-x64 (glibc); a self-contained or single-file application must keep its native files. " +
                    NativeFolders.PackageAdvice);
        }

        if (NativeLibrary.TryLoad(binding, out _))
        {
            return false;
        }

        LoadDependencies(folders);
        if (NativeLibrary.TryLoad(binding, out _))
        {
            return false;
        }

        LoadFromMemory(binding, mayPatch);
        return true;
    }

    private static void LoadDependencies(NativeFolders folders)
    {
        if (folders.Find(NativeFolders.TorchCpu) is null)
        {
            throw new NativeTorchException(
                $"The application has no native libtorch: {NativeFolders.TorchCpu} is in none of these folders: {string.Join(", ", folders.All)}. {NativeFolders.PackageAdvice}");
        }

        foreach (var path in Dependencies.Select(folders.Find).OfType<string>())
        {
            Open(path, $"The native libtorch does not load on this system (it needs glibc 2.28 and libstdc++ of GCC 11 or newer; musl systems such as Alpine are not supported). {NativeFolders.PackageAdvice}");
        }
    }

    private static void LoadFromMemory(string binding, bool mayPatch)
    {
        var image = File.ReadAllBytes(binding);
        var hash = Convert.ToHexStringLower(SHA256.HashData(image));
        if (!mayPatch)
        {
            Open(binding, $"{Newer} The load from memory that would avoid this is switched off (COVR_NATIVE_PATCH or {NativeTorch.PatchSwitch}).");
            return;
        }

        if (!KnownBindings.Contains(hash))
        {
            Open(binding, $"{Newer} This build (SHA-256 {hash}) is not one that CoVR knows how to load with an older libstdc++.");
            return;
        }

        if (!ElfVersionNeeds.MakeOptional(image, NewerThanGcc12))
        {
            Open(binding, "The binding does not load, and not because of the version of libstdc++.");
            return;
        }

        try
        {
            MemoryLibrary.Load("LibTorchSharp", image);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or IOException)
        {
            throw new NativeTorchException($"{binding} could not be loaded from memory. {ReasonOf(e.Message)}", e);
        }
    }

    private const string Newer =
        "The native TorchSharp binding needs GLIBCXX_3.4.32, the libstdc++ of GCC 13. Install a newer libstdc++6 " +
        "(Debian 13, Ubuntu 24.04 or RHEL 10 bring it; on Ubuntu 22.04 the toolchain PPA, on RHEL 9 conda's libstdcxx-ng, with LD_LIBRARY_PATH set to its folder).";

    /// <summary>What the dynamic loader's message means, and how to fix it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="otherwise">The reason that is most likely when the message tells none; null: an old libstdc++.</param>
    internal static string ReasonOf(string message, string? otherwise = null)
    {
        bool Says(string words) => message.Contains(words, StringComparison.Ordinal);
        return Says("Cannot allocate memory") || Says("failed to map segment") || Says("cannot create shared object descriptor")
            ? "There is not enough memory for it: it takes about 500 MB of address space. A limit of the container, or of the shell (ulimit -v), may be too low."
            : Says("undefined symbol") ? $"The application's libtorch is not release {NativeFolders.TorchVersion}, which TorchSharp is built for. {NativeFolders.PackageAdvice}"
            : otherwise ?? Newer;
    }

    private static bool NewerThanGcc12(string version) =>
        version.StartsWith("GLIBCXX_3.4.", StringComparison.Ordinal) &&
        int.TryParse(version.AsSpan("GLIBCXX_3.4.".Length), out var minor) &&
        minor >= 31;

    private static void Open(string path, string advice)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new NativeTorchException($"{path} does not load. {ReasonOf(e.Message, advice)}", e);
        }
    }
}
