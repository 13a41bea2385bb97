using System.Globalization;
using CoVR.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Writes the weights that a run leaves: last, best, and one for each epoch when asked for.</summary>
internal sealed class WeightsFiles(string folder, WeightsFormat format, CheckpointKeeping keep)
{
    /// <summary>Writes what belongs to an epoch that is just finished; each file is replaced whole.</summary>
    internal void Write(IReadOnlyDictionary<string, Tensor> weights, RunCursor finished)
    {
        List<string> names = ["last"];
        if (finished.BestEpoch == finished.Epoch - 1)
        {
            names.Add("best");
        }

        if (keep is CheckpointKeeping.All)
        {
            names.Add($"ckpt_{finished.Epoch - 1}");
        }

        foreach (var name in names)
        {
            Write(name, weights, finished);
        }
    }

    private void Write(string name, IReadOnlyDictionary<string, Tensor> weights, RunCursor finished)
    {
        if (format is WeightsFormat.Pth)
        {
            var model = weights.ToDictionary(entry => entry.Key, entry => (object?)entry.Value, StringComparer.Ordinal);
            PthWriter.Write(Path.Combine(folder, name + ".pth"), new Dictionary<string, object?> { ["epoch"] = (long)finished.Epoch, ["model"] = model });
            return;
        }

        SafetensorsWriter.Write(Path.Combine(folder, name + ".safetensors"), weights, new Dictionary<string, string>
        {
            ["format"] = "pt",
            ["epoch"] = finished.Epoch.ToString(CultureInfo.InvariantCulture),
            ["step"] = finished.Step.ToString(CultureInfo.InvariantCulture),
        });
    }
}
