using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace CoVR.Modeling.Native;

/// <summary>
/// Loads the native libtorch before TorchSharp does. On systems whose libstdc++ is older than that of GCC 13 (Debian 12,
/// Ubuntu 22.04, RHEL 9) the published binding declares a version it never uses; a known build of it is then loaded from
/// memory with that declaration marked as optional. Files on disk are never changed.
/// </summary>
/// <remarks>
/// Models, readers and pipelines of CoVR call <see cref="EnsureLoaded"/> themselves. A program that touches
/// <c>TorchSharp.torch</c> before any of them calls it first. Switches, as environment variable or AppContext switch:
/// <c>COVR_NATIVE_PATCH=0</c> (<c>CoVR.Native.Patch</c>) forbids the load from memory, <c>COVR_NATIVE_MALLOC=0</c>
/// (<c>CoVR.Native.Malloc</c>) leaves glibc's allocator as it is. All members may be called from any thread.
/// </remarks>
public static class NativeTorch
{
    /// <summary>The AppContext switch that forbids the load from memory when it is false.</summary>
    public const string PatchSwitch = "CoVR.Native.Patch";

    /// <summary>The AppContext switch that leaves glibc's allocator alone when it is false.</summary>
    public const string AllocatorSwitch = "CoVR.Native.Malloc";

    private static readonly Lock Gate = new();
    private static volatile bool _loaded;
    private static bool _reported;

    /// <summary>Whether the binding had to be loaded from memory with its version need relaxed.</summary>
    public static bool IsPatched { get; private set; }

    /// <summary>The path of the native binding's file, or null where the platform's own search found it or nothing is loaded yet.</summary>
    public static string? BindingPath { get; private set; }

    /// <summary>Loads the native libraries once; later calls return at once.</summary>
    /// <param name="logger">Told, the first time one is given, when the binding was loaded in an unusual way.</param>
    /// <exception cref="NativeTorchException">No native package is there, or it does not fit this system.</exception>
    public static void EnsureLoaded(ILogger? logger = null)
    {
        if (_loaded && (_reported || logger is null))
        {
            return;
        }

        lock (Gate)
        {
            if (!_loaded)
            {
                Load();
                _loaded = true;
            }

            Report(logger);
        }
    }

    /// <summary>Finds a device by the name that options and configuration files write, and makes sure that it can be used.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> (the first GPU), <c>cuda:1</c> or <c>mps</c>; case does not matter.</param>
    /// <returns>The device.</returns>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    /// <exception cref="NativeTorchException">The application has no native libtorch that fits this system.</exception>
    /// <exception cref="DeviceNotAvailableException">No such GPU is there, or the application has a CPU build of libtorch.</exception>
    public static torch.Device ParseDevice(string name) => TorchDevices.Parse(name);

    private static void Load()
    {
        if (OperatingSystem.IsLinux())
        {
            var folders = NativeFolders.OfThisProcess();
            BindingPath = folders.Find(NativeFolders.Binding);
            IsPatched = LinuxTorchLoader.Load(folders, IsEnabled("COVR_NATIVE_PATCH", PatchSwitch));
            if (IsEnabled("COVR_NATIVE_MALLOC", AllocatorSwitch))
            {
                GlibcAllocator.KeepLargeBuffersMapped();
            }
        }

        Start();
    }

    private static void Start()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e) when (e is NotSupportedException or TypeInitializationException or DllNotFoundException)
        {
            throw new NativeTorchException(
                $"TorchSharp cannot load libtorch on {RuntimeInformation.RuntimeIdentifier}. {NativeFolders.PackageAdvice}", e);
        }
    }

    private static void Report(ILogger? logger)
    {
        if (logger is null || _reported)
        {
            return;
        }

        _reported = true;
        if (IsPatched)
        {
            NativeLog.LoadedFromMemory(logger, BindingPath!);
        }
    }

    private static bool IsEnabled(string variable, string appSwitch) =>
        Environment.GetEnvironmentVariable(variable) is not ("0" or "false" or "False") &&
        (!AppContext.TryGetSwitch(appSwitch, out var enabled) || enabled);
}
