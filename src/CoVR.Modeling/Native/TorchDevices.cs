using System.Globalization;
using TorchSharp;

namespace CoVR.Modeling.Native;

/// <summary>Devices by name, as options and configuration files write them.</summary>
internal static class TorchDevices
{
    private const string Accepted = "Accepted are 'cpu', 'cuda', 'cuda:<index>' and, on Macs, 'mps'.";

    /// <summary>Gets a device and checks that it can be used. Thread-safe.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> (the first GPU), <c>cuda:1</c> or <c>mps</c>; ignoring case.</param>
    /// <returns>The device.</returns>
    /// <exception cref="ArgumentException">The name is none of these.</exception>
    /// <exception cref="NativeTorchException">No such GPU is there, or the application has a CPU build of libtorch, or none that fits this system.</exception>
    public static torch.Device Parse(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var (type, index) = Split(name);
        NativeTorch.EnsureLoaded();
        switch (type)
        {
            case DeviceType.CUDA:
                RequireCuda(name, index);
                return new torch.Device(DeviceType.CUDA, index);
            case DeviceType.MPS:
                RequireMetal(name);
                return new torch.Device(DeviceType.MPS, 0);
            default:
                return torch.CPU;
        }
    }

    private static (DeviceType Type, int Index) Split(string name)
    {
        var parts = name.Trim().ToLowerInvariant().Split(':');
        var index = 0;
        var valid = parts.Length == 1 ||
            (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index));
        return (parts[0], valid, index) switch
        {
            ("cpu", true, 0) => (DeviceType.CPU, 0),
            ("cuda", true, _) => (DeviceType.CUDA, index),
            ("mps", true, 0) => (DeviceType.MPS, 0),
            _ => throw new ArgumentException($"'{name}' is not a device. {Accepted}", nameof(name)),
        };
    }

    private static void RequireCuda(string name, int index)
    {
        // TorchSharp would copy the whole native package before it fails; so look for the library first.
        if (OperatingSystem.IsLinux() && NativeFolders.OfThisProcess().Find(NativeFolders.TorchCuda) is null)
        {
            throw NativeTorchException.NoDevice(name, $"the application has a CPU-only build of libtorch. {NativeFolders.PackageAdvice}");
        }

        if (!IsCudaUsable(name))
        {
            throw NativeTorchException.NoDevice(name, "libtorch finds no usable GPU; check the driver (nvidia-smi) and CUDA_VISIBLE_DEVICES.");
        }

        var count = torch.cuda.device_count();
        if (index >= count)
        {
            throw NativeTorchException.NoDevice(name, $"this machine has {count} GPU(s), numbered from 0.");
        }
    }

    private static bool IsCudaUsable(string name)
    {
        try
        {
            return torch.cuda.is_available();
        }
        catch (Exception e) when (e is NotSupportedException or DllNotFoundException or TypeInitializationException)
        {
            throw NativeTorchException.NoDevice(name, $"the application's libtorch has no CUDA. {NativeFolders.PackageAdvice}", e);
        }
    }

    private static void RequireMetal(string name)
    {
        if (!OperatingSystem.IsMacOS() || !torch.mps_is_available())
        {
            throw NativeTorchException.NoDevice(name, "Metal exists only on Macs.");
        }
    }
}
