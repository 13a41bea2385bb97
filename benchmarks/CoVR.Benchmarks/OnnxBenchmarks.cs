using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Native;
using CoVR.Onnx;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>ViT-L/16 at 384 pixels by libtorch and by ONNX Runtime, and a bare session over the same model; interleaved, ratios against its linear layers by <c>F.linear</c>.</summary>
internal static class OnnxBenchmarks
{
    public const string Name = "onnx";

    /// <summary><c>onnx [batch] [rounds] [blocks] [threads]</c>.</summary>
    public static int Run(string[] args)
    {
        int[] numbers = [.. args.Select(arg => int.Parse(arg, CultureInfo.InvariantCulture))];
        var (batch, rounds, depth) = (numbers.ElementAtOrDefault(0), numbers.ElementAtOrDefault(1), numbers.ElementAtOrDefault(2));
        (batch, rounds, depth) = (Math.Max(batch, 1), Math.Max(rounds, 5), depth < 1 ? 24 : depth);
        NativeTorch.EnsureLoaded();
        set_num_threads(Math.Max(1, numbers.ElementAtOrDefault(3)));
        using var noGrad = no_grad();
        using var pixels = randn(batch, 3, 384, 384);
        using var layers = VisionBenchmarks.Layers(batch, depth);
        List<(string Name, Action Call)> ways = [("linear layers", layers.Run)];
        foreach (var precision in new[] { ModelPrecision.Float32, ModelPrecision.Int8 })
        {
            var (torch, onnx) = (Create(depth, precision, isOnnx: false), Create(depth, precision, isOnnx: true));
            ways.Add(($"torch {precision}", () => torch.Encoder.EncodeVisual(pixels).Dispose()));
            ways.Add(($"onnx {precision}", () => onnx.Encoder.EncodeVisual(pixels).Dispose()));
            ways.Add(($"bare {precision}", Bare(onnx, batch)));
        }

        Report(Measure(ways, rounds));
        return 0;
    }

    private static ComposedModel Create(int depth, ModelPrecision precision, bool isOnnx)
    {
        var clock = Stopwatch.GetTimestamp();
        var model = MadeModels.Create(new ModelOptions
        {
            Architecture = BlipArchitecture.Large with { Vision = BlipArchitecture.Large.Vision with { Depth = depth }, Text = BlipArchitecture.Large.Text with { Depth = 1 } },
            Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
            Precision = precision,
            VisualEngine = isOnnx ? new OnnxVisualEngine().Convert : null,
        });
        GC.Collect();
        Console.WriteLine(FormattableString.Invariant($"{(isOnnx ? "onnx" : "torch")} {precision}: loaded in {Stopwatch.GetElapsedTime(clock).TotalSeconds:F1} s, resident {Environment.WorkingSet >> 20} MiB"));
        return model;
    }

    // What a program would do with the model and ONNX Runtime alone: the whole batch in one call, between buffers that stay.
    private static Action Bare(ComposedModel model, int batch)
    {
        var encoder = ((ComposedFamilyEncoder)model.Encoder).Visual;
        var session = (InferenceSession)encoder.GetType().GetFields(BindingFlags.NonPublic | BindingFlags.Instance).Single(field => field.FieldType == typeof(InferenceSession)).GetValue(encoder)!;
        var options = new RunOptions();
        OrtValue[] input = [OrtValue.CreateTensorValueFromMemory(new float[batch * 3 * 384 * 384], [batch, 3, 384, 384])];
        OrtValue[] output = [OrtValue.CreateTensorValueFromMemory(new float[batch * 577 * 1024], [batch, 577, 1024])];
        return () => session.Run(options, session.InputNames, input, session.OutputNames, output);
    }

    private static Dictionary<string, double[]> Measure(List<(string Name, Action Call)> ways, int rounds)
    {
        ways.ForEach(way => way.Call());
        var times = ways.ToDictionary(way => way.Name, _ => new double[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, call) in ways)
            {
                var clock = Stopwatch.GetTimestamp();
                call();
                times[name][round] = Stopwatch.GetElapsedTime(clock).TotalSeconds;
            }
        }

        return times;
    }

    private static void Report(Dictionary<string, double[]> times)
    {
        foreach (var (name, seconds) in times)
        {
            var (linear, bare) = (Ratios(seconds, times["linear layers"]), times.GetValueOrDefault(name.Replace("onnx", "bare", StringComparison.Ordinal)) is { } peer ? Ratios(seconds, peer) : "");
            Console.WriteLine(FormattableString.Invariant($"{name,-14} {seconds.Order().ElementAt(seconds.Length / 2):F3} s, of the linear layers {linear}{(name.StartsWith("onnx", StringComparison.Ordinal) ? $", of the bare session {bare}" : "")}"));
        }
    }

    private static string Ratios(double[] seconds, double[] baseline)
    {
        double[] ratios = [.. seconds.Zip(baseline, (own, other) => own / other).Order()];
        return FormattableString.Invariant($"{ratios[ratios.Length / 2]:F3} [{ratios[0]:F3}..{ratios[^1]:F3}]");
    }
}
