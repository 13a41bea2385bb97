using CoVR.Modeling.Native;
using CoVR.Reproduction.Configuration;
using TorchSharp;

namespace CoVR.Cli.Runs;

/// <summary>The device of a run, from <c>trainer.accelerator</c>.</summary>
internal static class RunDevice
{
    /// <summary>The device.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="localRank">The index of this process on this machine.</param>
    /// <exception cref="ConfigurationException">A GPU is asked for and there is none.</exception>
    public static string Of(ComposedConfiguration config, int localRank = 0)
    {
        var wanted = config.TextOrNull("trainer.accelerator") ?? "cpu";
        switch (wanted)
        {
            case "cpu":
                return "cpu";
            case "gpu" or "cuda" or "auto":
                NativeTorch.EnsureLoaded();
                var there = torch.cuda.is_available();
                return there ? $"cuda:{localRank % Math.Max(1, torch.cuda.device_count())}"
                    : wanted == "auto" ? "cpu"
                    : throw config.Fault(
                        "trainer.accelerator",
                        $"'trainer.accelerator' is '{wanted}', but no CUDA device is available. To run on the CPU: trainer=cpu{(IsDistributed(config) ? " (or keep trainer=ddp with trainer.accelerator=cpu)" : "")}.");
            default:
                throw config.Unknown("trainer.accelerator", $"'trainer.accelerator' is '{wanted}'; known values are cpu, gpu and auto.", wanted, ["cpu", "gpu", "auto"]);
        }
    }

    /// <summary>Whether several processes work together.</summary>
    public static bool IsDistributed(ComposedConfiguration config) =>
        (config.TextOrNull("trainer.strategy") ?? "").StartsWith("ddp", StringComparison.Ordinal);
}
