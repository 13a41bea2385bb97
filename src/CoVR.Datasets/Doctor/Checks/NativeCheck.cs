using System.Runtime.InteropServices;
using CoVR.Modeling;
using TorchSharp;

namespace CoVR.Datasets.Doctor.Checks;

/// <summary>libtorch: it loads and computes; which devices are there.</summary>
internal sealed class NativeCheck : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "libtorch";

    /// <inheritdoc/>
    public ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        if (context.Request.Machine && Load(context))
        {
            LookAtDevices(context);
        }

        return ValueTask.CompletedTask;
    }

    private static bool Load(DoctorContext context)
    {
        try
        {
            NativeTorch.EnsureLoaded();
            using var scope = torch.NewDisposeScope();
            var product = torch.mm(torch.ones(2, 3), torch.ones(3, 2));
            if (product.sum().item<float>() != 12)
            {
                context.Report(new DoctorFinding(DoctorSeverity.Fault, DoctorKinds.NativeLibrary, "libtorch computes a wrong product of two matrices."));
                return false;
            }

            var how = NativeTorch.IsPatched ? ", loaded from memory because this system's libstdc++ is older" : "";
            context.Report(new DoctorFinding(DoctorSeverity.Note, DoctorKinds.NativeLibrary, $"libtorch {torch.__version__} computes ({RuntimeInformation.RuntimeIdentifier}, {torch.get_num_threads()} threads{how})"));
            return true;
        }
        catch (NativeTorchException fault)
        {
            context.Report(new DoctorFinding(DoctorSeverity.Fault, DoctorKinds.NativeLibrary, fault.Message) { Fix = "Add the libtorch package of this platform to the application." });
            return false;
        }
    }

    private static void LookAtDevices(DoctorContext context)
    {
        if (context.Request.Device is { } wanted)
        {
            if (FaultOf(wanted) is { } fault)
            {
                context.Report(new DoctorFinding(DoctorSeverity.Fault, DoctorKinds.Device, fault) { Id = wanted, Fix = "Choose another device (cpu), or another build of libtorch." });
                return;
            }

            context.Report(new DoctorFinding(DoctorSeverity.Note, DoctorKinds.Device, $"the device '{wanted}' can be used") { Id = wanted });
            return;
        }

        string[] usable = [.. new[] { "cpu", "cuda", "mps" }.Where(device => FaultOf(device) is null)];
        context.Report(new DoctorFinding(DoctorSeverity.Note, DoctorKinds.Device, usable.Length == 1 ? "no GPU: models run on the CPU" : $"devices: {string.Join(", ", usable)}"));
    }

    private static string? FaultOf(string device)
    {
        try
        {
            _ = NativeTorch.ParseDevice(device);
            return null;
        }
        catch (Exception fault) when (fault is ArgumentException or DeviceNotAvailableException or NativeTorchException)
        {
            return fault.Message;
        }
    }
}
