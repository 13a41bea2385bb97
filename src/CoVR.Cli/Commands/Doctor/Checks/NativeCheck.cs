using System.Runtime.InteropServices;
using CoVR.Modeling.Native;
using TorchSharp;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>libtorch: loads and computes; the available devices.</summary>
internal sealed class NativeCheck : IDoctorCheck
{
    public string Name => "libtorch";

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
                context.Report(new Finding(Severity.Fault, FindingKinds.NativeLibrary, "libtorch computes a matrix product incorrectly."));
                return false;
            }

            var how = NativeTorch.IsPatched ? ", loaded from memory because this system's libstdc++ is older" : "";
            context.Report(new Finding(Severity.Note, FindingKinds.NativeLibrary, $"libtorch {torch.__version__} computes ({RuntimeInformation.RuntimeIdentifier}, {torch.get_num_threads()} threads{how})"));
            return true;
        }
        catch (NativeTorchException fault)
        {
            context.Report(new Finding(Severity.Fault, FindingKinds.NativeLibrary, fault.Message) { Fix = "Add the libtorch package for this platform to the application." });
            return false;
        }
    }

    private static void LookAtDevices(DoctorContext context)
    {
        if (context.Request.Device is { } wanted)
        {
            if (FaultOf(wanted) is { } fault)
            {
                context.Report(new Finding(Severity.Fault, FindingKinds.Device, fault) { Id = wanted, Fix = "Choose another device (cpu), or another build of libtorch." });
                return;
            }

            context.Report(new Finding(Severity.Note, FindingKinds.Device, $"the device '{wanted}' can be used") { Id = wanted });
            return;
        }

        string[] usable = [.. new[] { "cpu", "cuda", "mps" }.Where(device => FaultOf(device) is null)];
        context.Report(new Finding(Severity.Note, FindingKinds.Device, usable.Length == 1 ? "no GPU: models run on the CPU" : $"devices: {string.Join(", ", usable)}"));
    }

    private static string? FaultOf(string device)
    {
        try
        {
            _ = NativeTorch.ParseDevice(device);
            return null;
        }
        catch (Exception fault) when (fault is ArgumentException or NativeTorchException)
        {
            return fault.Message;
        }
    }
}
