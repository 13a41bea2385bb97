using System.Diagnostics;
using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Native;
using CoVR.Modeling.Text;
using static TorchSharp.torch;

namespace CoVR.Benchmarks.FullSize;

/// <summary>The measurements on BLIP-2 with EVA's ViT-g/14 at 364 pixels.</summary>
internal static class FullSizeModel
{
    private const int Tokens = 32;

    /// <summary>Writes a file of random weights.</summary>
    /// <param name="path">The file; its extension decides the form.</param>
    public static (double Seconds, long Bytes) Write(string path)
    {
        NativeTorch.EnsureLoaded();
        using var model = Allocate();
        Fill(model);
        var watch = Stopwatch.StartNew();
        if (Path.GetExtension(path) == ".pth")
        {
            Checkpoint.WritePth(path, new Dictionary<string, object?> { ["model"] = model.state_dict() });
        }
        else
        {
            Checkpoint.WriteSafetensors(path, model.state_dict());
        }

        return (watch.Elapsed.TotalSeconds, BytesOf(model));
    }

    /// <summary>Allocates the model and loads the file into it.</summary>
    /// <param name="path">The file.</param>
    public static (double Seconds, long Bytes) Load(string path)
    {
        NativeTorch.EnsureLoaded();
        var watch = Stopwatch.StartNew();
        using var model = Allocate();
        Checkpoint.Load(model, path, Blip2Architecture.Family.GetCheckpointMap(ComposedModelParts.None));
        return (watch.Elapsed.TotalSeconds, BytesOf(model));
    }

    /// <summary>What a host goes through until it has the embedding of one picture and of one composed query.</summary>
    /// <param name="path">The file.</param>
    /// <param name="steps">Gets the time of each step.</param>
    public static (double Seconds, long Bytes) Forward(string path, Dictionary<string, double> steps)
    {
        NativeTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var model = Time("allocate", () => Allocate());
        Time("load", () => Checkpoint.Load(model, path, Blip2Architecture.Family.GetCheckpointMap(ComposedModelParts.None)));
        Time("hash of the weights, for the fingerprint", () => Checkpoint.HashWeights(model));
        model.eval();
        using var generator = new Generator(1);
        var pixels = randn(1, 3, 364, 364, generator: generator);
        var text = TokenBatch.From(randint(1000, 30_000, [1, Tokens], dtype: ScalarType.Int64, generator: generator), ones(1, Tokens, dtype: ScalarType.Int64));
        var tokens = Time("visual tokens of one picture, 364 pixels", () => model.EncodeVisual(pixels));
        var target = Time("target embedding", () => model.EncodeTarget(tokens));
        var query = Time($"composed query, {Tokens} tokens", () => model.EncodeQuery(tokens, text));
        Require(target, model);
        Require(query, model);
        return (steps.Values.Sum(), BytesOf(model));

        T Time<T>(string name, Func<T> action)
        {
            var watch = Stopwatch.StartNew();
            var result = action();
            steps[name] = watch.Elapsed.TotalSeconds;
            return result;
        }
    }

    private static ComposedFamilyEncoder Allocate() => Blip2Architecture.Family.CreateEncoder(
        Blip2Architecture.EvaGiant364, BertTextTokenizer.Create(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], []), ComposedModelParts.None);

    private static void Require(Tensor embedding, ComposedFamilyEncoder model)
    {
        using var norms = embedding.norm(-1);
        if (!embedding.shape.AsSpan().SequenceEqual([1, model.Vectors, model.Dimensions]) || !norms.allclose(ones_like(norms), atol: 1e-4))
        {
            throw new InvalidOperationException("The full-size model gave no unit embeddings.");
        }
    }

    // Matrices small, norms near one: numbers stay in an ordinary range through forty blocks.
    private static void Fill(nn.Module model)
    {
        using var guard = no_grad();
        using var generator = new Generator(1);
        foreach (var (name, parameter) in model.named_parameters())
        {
            var centre = parameter.dim() == 1 && name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0;
            parameter.uniform_(centre - 0.03, centre + 0.03, generator);
        }
    }

    private static long BytesOf(nn.Module model)
    {
        var counted = new HashSet<nint>();
        return model.state_dict().Values.Where(tensor => counted.Add(tensor.Handle)).Sum(tensor => tensor.numel() * tensor.element_size());
    }
}
