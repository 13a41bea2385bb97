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
public static partial class NativeTorch
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
    internal static string? BindingPath { get; private set; }

    /// <summary>Loads the native libraries once; later calls return at once.</summary>
    /// <param name="logger">Logs, the first time one is given, if the binding was loaded in an unusual way.</param>
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

    /// <summary>Gets a device by name and checks that it can be used.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> (the first GPU), <c>cuda:1</c> or <c>mps</c>; ignoring case.</param>
    /// <returns>The device.</returns>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    /// <exception cref="NativeTorchException">No such GPU is there, or the application has a CPU build of libtorch, or none that fits this system.</exception>
    public static torch.Device ParseDevice(string name) => TorchDevices.Parse(name);

    /// <summary>Begins mixed precision on this thread, as <c>torch.autocast</c> does: products in 16 bits, and what needs precision in 32.</summary>
    /// <remarks>Enter and dispose it on one thread, innermost first. Backward passes need none: each gradient has the type of its value.</remarks>
    /// <param name="device">Where the model is: CPU or CUDA.</param>
    /// <param name="type"><see cref="torch.ScalarType.BFloat16"/> or <see cref="torch.ScalarType.Float16"/>.</param>
    /// <returns>Ends it when disposed.</returns>
    /// <exception cref="NotSupportedException">This libtorch does not offer it to .NET: it is found on Linux and macOS only.</exception>
    /// <exception cref="ArgumentException">The type or device is another one.</exception>
    public static IDisposable EnterAutocast(DeviceType device, torch.ScalarType type) => Autocast.Enter(device, type);

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
            LogLoadedFromMemory(logger, BindingPath!);
        }
    }

    private static bool IsEnabled(string variable, string appSwitch) =>
        Environment.GetEnvironmentVariable(variable) is not ("0" or "false" or "False") &&
        (!AppContext.TryGetSwitch(appSwitch, out var enabled) || enabled);

    [LoggerMessage(1, LogLevel.Information,
        "This system's libstdc++ is older than the native TorchSharp binding requires; {Path} was loaded from memory with that requirement made optional (COVR_NATIVE_PATCH=0 prevents this).")]
    private static partial void LogLoadedFromMemory(ILogger logger, string path);
}

/// <summary>The native libtorch cannot be loaded, or a device that was asked for by name cannot be used; the message says what is missing and how to get it.</summary>
public sealed class NativeTorchException : CoVRException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is missing and what to do.</param>
    /// <param name="innerException">The loader's own words, if there are any.</param>
    public NativeTorchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The name of the device that was asked for; null where libtorch itself cannot be loaded.</summary>
    public string? Device { get; private init; }

    /// <summary>A device that cannot be used.</summary>
    internal static NativeTorchException NoDevice(string name, string reason, Exception? cause = null) =>
        new($"The device '{name}' is not available: {reason}", cause) { Device = name };
}
