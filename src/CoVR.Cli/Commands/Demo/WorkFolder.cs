using System.Text.Json;

namespace CoVR.Cli.Commands.Demo;

/// <summary>The files of an interrupted run, which the next one resumes. A finished run, or one with other settings, leaves nothing to reuse.</summary>
/// <param name="output">The folder of page and metrics.</param>
internal sealed class WorkFolder(string output)
{
    private readonly string _root = Path.Combine(output, "work");

    /// <summary>The world's files.</summary>
    public string World => Path.Combine(_root, "world");

    /// <summary>The run state and logs of a training stage.</summary>
    public string Run(string stage) => Path.Combine(_root, stage);

    /// <summary>The weights after a training stage.</summary>
    public string Weights(string stage) => Path.Combine(_root, $"{stage}.safetensors");

    /// <summary>The embeddings of a pipeline.</summary>
    public string Store(string name) => Path.Combine(_root, $"{name}-embeddings");

    /// <summary>Keeps the files of an interrupted run of the same plan, and deletes any others.</summary>
    /// <returns>Whether there is a run to resume.</returns>
    public bool Prepare(DemoPlan plan)
    {
        var marker = Path.Combine(_root, "plan.json");
        var text = JsonSerializer.Serialize(new { plan.Model, plan.World, Pretraining = $"{plan.Pretraining}", Composition = $"{plan.Composition}" });
        if (File.Exists(marker) && File.ReadAllText(marker) == text)
        {
            return true;
        }

        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }

        Directory.CreateDirectory(_root);
        File.WriteAllText(marker, text);
        return false;
    }

    /// <summary>Marks the run as finished: the next one starts from scratch.</summary>
    public void Finish() => File.Delete(Path.Combine(_root, "plan.json"));
}
