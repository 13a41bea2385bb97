using System.Diagnostics;
using System.Globalization;
using CoVR.Benchmarks.Steps;
using CoVR.Blip;
using CoVR.Data;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Native;
using CoVR.Training.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Benchmarks.FullSize;

/// <summary>
/// <c>trainstep [batch] [steps]</c>: the most memory that training BLIP-large on the CPU takes (frozen ViT, random weights, batch 4), against
/// what parameters, gradients, optimiser state and the activations of the backward pass add up to.
/// </summary>
/// <remarks>Needs up to 6 GiB of memory. The process is fresh because the command is all that it does.</remarks>
internal static class TrainStepCommand
{
    /// <summary>The first argument of this command.</summary>
    public const string Name = "trainstep";

    private const double MiB = 1 << 20;

    /// <summary>Runs the command.</summary>
    /// <param name="args">What follows its name.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var batch = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 4;
        var steps = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
        NativeTorch.EnsureLoaded();
        using (var small = ones(8, 8).mm(ones(8, 8)))
        {
            Say($"runtime and libtorch: {Resident():F0} MiB");
        }

        using var model = MadeModels.Create(new ModelOptions { Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "make", "it", "red", "blue"], Seed = 1, Trainable = TrainableWeights.Composed });
        Say($"with the model: {Resident():F0} MiB");
        var needed = Needed(model.Module!, batch, model.Description.Text.TrainingLength);
        Train(model, batch, steps);
        using var process = Process.GetCurrentProcess();
        var peak = process.PeakWorkingSet64 / MiB;
        Say($"\n| parameters | gradients | optimiser | activations | sum | peak | ratio |\n|---|---|---|---|---|---|---|");
        Say($"| {string.Join(" | ", needed.Select(part => $"{part:F0} MiB"))} | {needed.Sum():F0} MiB | {peak:F0} MiB | **{peak / needed.Sum():F2}** |");
        return 0;
    }

    private static void Train(ComposedModel model, int batch, int steps)
    {
        Triplet[] triplets = [.. Enumerable.Range(0, batch * steps).Select(i => new Triplet($"{i}", new MediaId($"r{i}"), "make it red", new MediaId($"t{i}")))];
        MadeTraining.TrainAsync(model, triplets, options => (options.MaxSteps, options.BatchSize, options.Workers) = (steps, batch, 1), new Steps()).GetAwaiter().GetResult();
    }

    /// <summary>Bytes, in MiB, of what a step cannot do without.</summary>
    private static double[] Needed(nn.Module encoder, long batch, long tokens)
    {
        var trained = encoder.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel());
        var all = encoder.state_dict().Values.Sum(tensor => tensor.numel() * tensor.element_size());
        return [all / MiB, 4 * trained / MiB, 8 * trained / MiB, 4 * Activations(BlipArchitecture.Large, batch, tokens) / MiB];
    }

    /// <summary>
    /// Numbers that the backward pass reads, by the layers' own formulas, with dropout as float masks: for each attention its input, queries, context, the mask and the
    /// input of the norm [B, T, C], keys and values [B, S, C], weights, mask and masked weights [B, heads, T, S]; for each feed-forward its input, mask and
    /// the input of the norm, and twice the inner width; and the visual tokens.
    /// </summary>
    private static double Activations(BlipArchitecture architecture, long batch, long tokens)
    {
        var (text, vision) = (architecture.Text, architecture.Vision);
        var side = architecture.Image.Size / vision.PatchSize;
        var visual = (side * side) + 1;
        double row = batch * tokens * text.Width;
        double Attention(long sources) => (5 * row) + (2.0 * batch * sources * text.Width) + (3.0 * batch * text.Heads * tokens * sources);
        var layer = Attention(tokens) + Attention(visual) + (3 * row) + (2.0 * batch * tokens * text.FeedForwardWidth);
        return (text.Depth * layer) + (double)(batch * visual * vision.Width);
    }

    private static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / MiB;
    }

    private static void Say(string line) => Console.WriteLine(line);

    private sealed class Steps : IProgress<StepRecord>
    {
        void IProgress<StepRecord>.Report(StepRecord value)
        {
            using var process = Process.GetCurrentProcess();
            Say($"step {value.Step}: {value.Elapsed.TotalSeconds:F1} s, loss {value.Loss:F4}, resident {Resident():F0} MiB, peak {process.PeakWorkingSet64 / MiB:F0} MiB");
        }
    }
}
