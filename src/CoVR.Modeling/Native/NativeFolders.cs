using System.Runtime.InteropServices;
using TorchSharp;

namespace CoVR.Modeling.Native;

/// <summary>The folders in which a .NET host keeps native libraries, in the order in which they are searched.</summary>
internal sealed class NativeFolders(IReadOnlyList<string> folders)
{
    /// <summary>TorchSharp's own native library.</summary>
    public const string Binding = "libLibTorchSharp.so";

    /// <summary>The library that every libtorch package has.</summary>
    public const string TorchCpu = "libtorch_cpu.so";

    /// <summary>The library that only CUDA packages have.</summary>
    public const string TorchCuda = "libtorch_cuda.so";

    /// <summary>The libtorch release that the referenced TorchSharp is built for.</summary>
    public const string TorchVersion = "2.10.0";

    /// <summary>Which package a host has to add.</summary>
    public static string PackageAdvice =>
        $"Add the native package of the platform to the application, for example `dotnet add package libtorch-cpu-{Platform} --version {TorchVersion}`, " +
        $"or a CUDA build of libtorch {TorchVersion} (TorchSharp-cuda-linux, TorchSharp-cuda-windows).";

    /// <summary>The folders.</summary>
    public IReadOnlyList<string> All { get; } = folders;

    private static string Platform
    {
        get
        {
            var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
            return OperatingSystem.IsWindows() ? $"win-{architecture}" : OperatingSystem.IsMacOS() ? $"osx-{architecture}" : $"linux-{architecture}";
        }
    }

    /// <summary>The folders of the running application: the host's probing list, its own folder, and <c>runtimes/…/native</c> below it.</summary>
    public static NativeFolders OfThisProcess()
    {
        var probed = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var assembly = Path.GetDirectoryName(typeof(torch).Assembly.Location);
        string[] bases = string.IsNullOrEmpty(assembly) ? [AppContext.BaseDirectory] : [AppContext.BaseDirectory, assembly];
        var native = Path.Combine("runtimes", Platform, "native");
        return new NativeFolders([.. probed
            .Concat(bases.SelectMany(folder => new[] { folder, Path.Combine(folder, native) }))
            .Select(Path.GetFullPath)
            .Select(Path.TrimEndingDirectorySeparator)
            .Distinct()]);
    }

    /// <summary>The full path of a file in the first folder that has it, or null.</summary>
    public string? Find(string file) => All.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
}
