using System.Globalization;
using CoVR.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>Writes the weights of a run: <c>ckpt_last</c>, or <c>ckpt_{epoch}</c> for every epoch, and <c>ckpt_best</c>.</summary>
internal static class WeightsFiles
{
    /// <summary>Writes the files of an epoch that has just finished; each is replaced atomically.</summary>
    internal static void Write(TrainingOptions options, IReadOnlyDictionary<string, Tensor> weights, RunCursor finished)
    {
        var epoch = finished.Epoch - 1;
        List<string> names = [options.KeepAllCheckpoints ? FormattableString.Invariant($"ckpt_{epoch}") : "ckpt_last"];
        if (finished.BestEpoch == epoch)
        {
            names.Add("ckpt_best");
        }

        foreach (var name in names)
        {
            Write(Path.Combine(options.OutputFolder!, name + options.WeightsExtension), weights, epoch, finished.Step);
        }
    }

    private static void Write(string path, IReadOnlyDictionary<string, Tensor> weights, int epoch, long step)
    {
        if (Path.GetExtension(path) == ".safetensors")
        {
            Checkpoint.WriteSafetensors(path, weights, new Dictionary<string, string>
            {
                ["format"] = "pt",
                ["epoch"] = epoch.ToString(CultureInfo.InvariantCulture),
                ["step"] = step.ToString(CultureInfo.InvariantCulture),
            });
            return;
        }

        var model = weights.ToDictionary(entry => entry.Key, entry => (object?)entry.Value, StringComparer.Ordinal);
        Checkpoint.WritePth(path, new Dictionary<string, object?> { ["epoch"] = (long)epoch, ["model"] = model });
    }
}
