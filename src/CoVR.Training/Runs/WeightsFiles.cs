using System.Globalization;
using CoVR.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Writes the weights that a run leaves: <c>ckpt_last</c>, or one for each epoch, <c>ckpt_{epoch}</c>; and <c>ckpt_best</c>.</summary>
internal sealed class WeightsFiles(string folder, WeightsFormat format, CheckpointKeeping keep)
{
    /// <summary>Writes what belongs to an epoch that is just finished; each file is replaced whole.</summary>
    internal void Write(IReadOnlyDictionary<string, Tensor> weights, RunCursor finished)
    {
        var epoch = finished.Epoch - 1;
        List<string> names = [keep is CheckpointKeeping.All ? FormattableString.Invariant($"ckpt_{epoch}") : "ckpt_last"];
        if (finished.BestEpoch == epoch)
        {
            names.Add("ckpt_best");
        }

        foreach (var name in names)
        {
            Write(name, weights, finished);
        }
    }

    private void Write(string name, IReadOnlyDictionary<string, Tensor> weights, RunCursor finished)
    {
        if (format is WeightsFormat.Safetensors)
        {
            SafetensorsWriter.Write(Path.Combine(folder, name + ".safetensors"), weights, new Dictionary<string, string>
            {
                ["format"] = "pt",
                ["epoch"] = (finished.Epoch - 1).ToString(CultureInfo.InvariantCulture),
                ["step"] = finished.Step.ToString(CultureInfo.InvariantCulture),
            });
            return;
        }

        var model = weights.ToDictionary(entry => entry.Key, entry => (object?)entry.Value, StringComparer.Ordinal);
        PthWriter.Write(
            Path.Combine(folder, name + (format is WeightsFormat.Ckpt ? ".ckpt" : ".pth")),
            new Dictionary<string, object?> { ["epoch"] = (long)finished.Epoch - 1, ["model"] = model });
    }
}
