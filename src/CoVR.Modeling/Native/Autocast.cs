using System.Runtime.InteropServices;
using TorchSharp;

namespace CoVR.Modeling.Native;

/// <summary>Mixed precision of one thread: while it lasts, libtorch runs products in 16 bits and what needs precision in 32, by its own lists.</summary>
/// <remarks>
/// <c>torch.autocast</c>, which TorchSharp does not bind: the functions of <c>at::autocast</c> (<c>ATen/autocast_mode.h</c> of
/// PyTorch 2.10) called by their names in libtorch. Enter and dispose it on one thread, innermost first. Backward passes need
/// none: each gradient has the type of its value.
/// </remarks>
internal sealed partial class Autocast : IDisposable
{
    private const string Library = "torch_cpu";
    private const string IsEnabledName = "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE";
    private const string SetEnabledName = "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb";
    private const string GetTypeName = "_ZN2at8autocast18get_autocast_dtypeEN3c1010DeviceTypeE";
    private const string SetTypeName = "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE";
    private const string EnterName = "_ZN2at8autocast17increment_nestingEv";
    private const string LeaveName = "_ZN2at8autocast17decrement_nestingEv";
    private const string ForgetName = "_ZN2at8autocast11clear_cacheEv";

    private static readonly Lazy<bool> Available = new(Find);

    private readonly sbyte _device;
    private readonly bool _wasEnabled;
    private readonly sbyte _typeBefore;
    private bool _disposed;

    private Autocast(sbyte device, sbyte type, bool enabled)
    {
        (_device, _wasEnabled, _typeBefore) = (device, IsEnabled(device), GetType(device));
        SetType(device, type);
        SetEnabled(device, enabled);
        _ = Enter();
    }

    /// <summary>Whether this libtorch has the functions. They are found under the names of Linux and macOS; on Windows they are not.</summary>
    public static bool IsAvailable => Available.Value;

    /// <summary>Begins mixed precision on this thread.</summary>
    /// <param name="device">Where the model is: CPU or CUDA.</param>
    /// <param name="type"><see cref="torch.ScalarType.BFloat16"/> or <see cref="torch.ScalarType.Float16"/>.</param>
    /// <returns>Ends it when disposed.</returns>
    /// <exception cref="NotSupportedException">This libtorch does not offer it.</exception>
    /// <exception cref="ArgumentException">The type or device is another one.</exception>
    public static Autocast Enter(DeviceType device, torch.ScalarType type)
    {
        if (device is not (DeviceType.CPU or DeviceType.CUDA) || type is not (torch.ScalarType.BFloat16 or torch.ScalarType.Float16))
        {
            throw new ArgumentException($"Mixed precision is bfloat16 or float16 on CPU or CUDA, not {type} on {device}.");
        }

        return IsAvailable
            ? new Autocast((sbyte)device, (sbyte)type, enabled: true)
            : throw new NotSupportedException("This libtorch does not offer mixed precision to .NET (only on Linux and macOS): use 32-bit precision.");
    }

    /// <summary>What is in force on this thread for a device; null where mixed precision is off.</summary>
    /// <param name="device">CPU or CUDA.</param>
    public static torch.ScalarType? Current(DeviceType device) =>
        IsAvailable && IsEnabled((sbyte)device) ? (torch.ScalarType)GetType((sbyte)device) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (Leave() == 0)
        {
            Forget(); // 16-bit copies of the weights, which the optimiser is about to change
        }

        SetEnabled(_device, _wasEnabled);
        SetType(_device, _typeBefore);
    }

    private static bool Find()
    {
        NativeTorch.EnsureLoaded();
        return NativeLibrary.TryLoad(Library, typeof(Autocast).Assembly, null, out var handle)
            && new[] { IsEnabledName, SetEnabledName, GetTypeName, SetTypeName, EnterName, LeaveName, ForgetName }
                .All(name => NativeLibrary.TryGetExport(handle, name, out _));
    }

    [LibraryImport(Library, EntryPoint = IsEnabledName)]
    [return: MarshalAs(UnmanagedType.U1)]
    private static partial bool IsEnabled(sbyte device);

    [LibraryImport(Library, EntryPoint = SetEnabledName)]
    private static partial void SetEnabled(sbyte device, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport(Library, EntryPoint = GetTypeName)]
    private static partial sbyte GetType(sbyte device);

    [LibraryImport(Library, EntryPoint = SetTypeName)]
    private static partial void SetType(sbyte device, sbyte type);

    [LibraryImport(Library, EntryPoint = EnterName)]
    private static partial int Enter();

    [LibraryImport(Library, EntryPoint = LeaveName)]
    private static partial int Leave();

    [LibraryImport(Library, EntryPoint = ForgetName)]
    private static partial void Forget();
}
