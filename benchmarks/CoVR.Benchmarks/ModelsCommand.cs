using System.Diagnostics;
using System.Globalization;
using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>
/// Whole models in each precision against their linear layers alone by <c>F.linear</c>, in interleaved rounds of one process:
/// <c>models vit|query|eva|qformer [threads] [batch] [rounds]</c>.
/// </summary>
internal static class ModelsCommand
{
    /// <summary>The argument that asks for this measurement.</summary>
    public const string Name = "models";

    private const int Tokens = 16;
    private const string Switch = "CoVR.Modeling.Packing";

    // A ratio does not depend on the number of blocks, but four models of ViT-g do not fit into memory.
    private static readonly Blip2Architecture Eva = Blip2Architecture.EvaGiant364 with { Vision = Blip2Architecture.EvaGiant364.Vision with { Depth = 6 } };

    /// <summary>Measures.</summary>
    public static int Run(string[] args)
    {
        if (args is not ["vit" or "query" or "eva" or "qformer", ..])
        {
            Console.Error.WriteLine("models vit|query|eva|qformer [threads] [batch] [rounds]");
            return 2;
        }

        NativeTorch.EnsureLoaded();
        var number = (int at, int otherwise) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
        var (batch, rounds) = (number(2, 1), number(3, 7));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        set_num_threads(number(1, 1));
        var (family, architecture, image) = args[0] is "eva" or "qformer" ? (Blip2Architecture.Family, (ComposedArchitecture)Eva, 364) : (BlipArchitecture.Family, new BlipArchitecture(), 384);
        var models = Models(family, architecture);
        var vision = architecture.Vision;
        var visualTokens = vision.Patches(image) + 1;
        if (args[0] is "vit" or "eva")
        {
            var pixels = randn(batch, 3, image, image);
            using var layers = Vision(vision, batch, visualTokens);
            Measure(models, layers, model => model.Encoder.EncodeVisual(pixels), rounds);
        }
        else
        {
            var text = TokenBatch.From(randint(5, 30_000, [batch, Tokens], dtype: ScalarType.Int64), ones(batch, Tokens, dtype: ScalarType.Int64));
            var visual = randn(batch, visualTokens, vision.Width);
            using var layers = args[0] == "query" ? Query(batch, visualTokens, vision.Width) : Former(batch, visualTokens, vision.Width);
            Measure(models, layers, model => model.Encoder.EncodeQuery(visual, text), rounds);
        }

        return 0;
    }

    private static (string Name, ComposedModel Model)[] Models(ModelFamily family, ComposedArchitecture architecture)
    {
        ComposedModel Make(ModelPrecision precision) => family.CreateAsync(new ModelOptions
        {
            Architecture = architecture,
            Precision = precision,
            Vocabulary = MadeModels.Vocabulary,
        }).AsTask().GetAwaiter().GetResult();
        AppContext.SetSwitch(Switch, false);
        var plain = Make(ModelPrecision.Float32);
        AppContext.SetSwitch(Switch, true);
        return [("plain", plain), .. Enum.GetValues<ModelPrecision>().Select(precision => (precision.ToString(), Make(precision)))];
    }

    private static void Measure((string Name, ComposedModel Model)[] models, LinearLayers layers, Func<ComposedModel, Tensor> run, int rounds)
    {
        var seconds = models.Select(_ => new List<double>()).Prepend([]).ToArray();
        var expected = Run(models[0].Model).to(ScalarType.Float64);
        for (var round = 0; round <= rounds; round++)
        {
            var now = models.Select(model => Time(() => Run(model.Model).Dispose(), model.Name != "plain")).Prepend(Time(layers.Run, packs: false)).ToArray();
            for (var i = 0; round > 0 && i < now.Length; i++)
            {
                seconds[i].Add(now[i]);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"linear layers: {Median(seconds[0]) * 1000:F0} ms"));
        foreach (var ((name, model), own) in models.Zip(seconds.Skip(1)))
        {
            var ratios = own.Zip(seconds[0], (time, linear) => time / linear).ToList();
            var cosine = nn.functional.cosine_similarity(Run(model).to(ScalarType.Float64), expected, -1, 1e-12).min().item<double>();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {Median(ratios):F3} ({ratios.Min():F3} to {ratios.Max():F3}) of them, lowest cosine {cosine:F6}"));
        }

        // [vectors, D]
        Tensor Run(ComposedModel model)
        {
            using var output = run(model);
            return output.reshape(-1, output.shape[^1]);
        }
    }

    private static double Time(Action action, bool packs)
    {
        AppContext.SetSwitch(Switch, packs);
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static LinearLayers Vision(VisionTransformerOptions options, int batch, int tokens) => new LinearLayers()
        .Add(1, (long)batch * (tokens - 1), 3 * options.PatchSize * options.PatchSize, options.Width)
        .Add(options.Depth, (long)batch * tokens, options.Width, 3 * options.Width)
        .Add(options.Depth, (long)batch * tokens, options.Width, options.Width)
        .Add(options.Depth, (long)batch * tokens, options.Width, options.FeedForwardWidth)
        .Add(options.Depth, (long)batch * tokens, options.FeedForwardWidth, options.Width);

    private static LinearLayers Query(int batch, int visualTokens, int visualWidth)
    {
        var (options, rows) = (new BertOptions(), (long)batch * Tokens);
        return new LinearLayers()
            .Add(6 * options.Depth, rows, options.Width, options.Width)
            .Add(2 * options.Depth, (long)batch * visualTokens, visualWidth, options.Width)
            .Add(options.Depth, rows, options.Width, options.FeedForwardWidth)
            .Add(options.Depth, rows, options.FeedForwardWidth, options.Width);
    }

    // Every second layer looks at the picture; queries and text have feed-forward layers of their own.
    private static LinearLayers Former(int batch, int visualTokens, int visualWidth)
    {
        var (options, queries, texts) = (new BertOptions(), (long)batch * Eva.Queries, (long)batch * Tokens);
        var looks = options.Depth / 2;
        return new LinearLayers()
            .Add(4 * options.Depth, queries + texts, options.Width, options.Width)
            .Add(2 * looks, queries, options.Width, options.Width)
            .Add(2 * looks, (long)batch * visualTokens, visualWidth, options.Width)
            .Add(options.Depth, queries, options.Width, options.FeedForwardWidth)
            .Add(options.Depth, queries, options.FeedForwardWidth, options.Width)
            .Add(options.Depth, texts, options.Width, options.FeedForwardWidth)
            .Add(options.Depth, texts, options.FeedForwardWidth, options.Width);
    }
}
