using CoVR.Onnx;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>ONNX Runtime: its version and execution providers.</summary>
internal sealed class OnnxCheck : IDoctorCheck
{
    public string Name => "ONNX Runtime";

    public ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        if (context.Request.Machine)
        {
            context.Report(Look());
        }

        return ValueTask.CompletedTask;
    }

    private static Finding Look()
    {
        try
        {
            return new Finding(Severity.Note, FindingKinds.NativeLibrary, $"ONNX Runtime {OnnxVisualEngine.Describe()} runs visual encoders with --engine onnx");
        }
        catch (OnnxEngineException fault)
        {
            return new Finding(Severity.Warning, FindingKinds.NativeLibrary, fault.Message) { Fix = "Use --engine torch, or install the tool again." };
        }
    }
}
