using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Inference;

/// <summary>
/// Says whether a packed weight of a shape is faster than <c>F.linear</c> on this processor: by a short measurement, made once for each shape
/// and remembered in the cache folder. Thread-safe.
/// </summary>
/// <remarks>
/// Switch, as environment variable or AppContext switch: <c>COVR_PACKING=1</c> (<c>CoVR.Modeling.Packing</c>) packs every layer without a measurement,
/// <c>COVR_PACKING=0</c> none, and leaves attention to libtorch.
/// </remarks>
internal static class LinearTimings
{
    /// <summary>Weights with fewer numbers are left alone: there is nothing to gain.</summary>
    public const long LeastSize = 1 << 16;

    private const string Variable = "COVR_PACKING";
    private const string Switch = "CoVR.Modeling.Packing";
    private const long Rows = 128;
    private const int Repeats = 2;
    private const double Advantage = 0.97;
    private const string FileName = "linear-layers.json";

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(0.5);
    private static readonly Lock Gate = new();
    private static TimeSpan _spent;
    private static Dictionary<string, double>? _ratios;

    /// <summary>Whether everything is to be computed as libtorch does.</summary>
    public static bool IsSwitchedOff => Setting() == false;

    /// <summary>Whether to pack a weight.</summary>
    public static bool IsWorthPacking(ModelPrecision precision, long outputs, long inputs) =>
        OneDnn.IsAvailable && (Setting() ?? (outputs * inputs >= LeastSize && IsFaster(precision, outputs, inputs)));

    private static bool IsFaster(ModelPrecision precision, long outputs, long inputs)
    {
        lock (Gate)
        {
            return RatioOf(precision, outputs, inputs) < Advantage;
        }
    }

    private static bool? Setting() => Environment.GetEnvironmentVariable(Variable) switch
    {
        "1" => true,
        "0" => false,
        _ => AppContext.TryGetSwitch(Switch, out var packs) ? packs : null,
    };

    private static double RatioOf(ModelPrecision precision, long outputs, long inputs)
    {
        var ratios = _ratios ??= CacheFile.Read<double>(FileName);
        var machine = string.Create(CultureInfo.InvariantCulture, $"{Processor.Value}, libtorch {__version__}, {get_num_threads()} threads, {precision}, ");
        var key = string.Create(CultureInfo.InvariantCulture, $"{machine}{outputs} x {inputs}");
        if (ratios.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_spent > Budget && ratios.Where(pair => pair.Key.StartsWith(machine, StringComparison.Ordinal)).Select(pair => (double?)pair.Value).Average() is { } like)
        {
            return like;
        }

        var start = Stopwatch.GetTimestamp();
        ratios[key] = Measure(precision, outputs, inputs);
        _spent += Stopwatch.GetElapsedTime(start);
        CacheFile.Set(FileName, key, ratios[key]);
        return ratios[key];
    }

    private static double Measure(ModelPrecision precision, long outputs, long inputs)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (weight, bias, input) = (rand(outputs, inputs), zeros(outputs), rand(Rows, inputs));
        var (packed, parameter) = PackedWeight.Create(weight, precision);
        using (packed)
        using (parameter)
        {
            var (own, plain) = (double.MaxValue, double.MaxValue);
            for (var i = 0; i <= Repeats; i++)
            {
                var (now, ceiling) = (Time(() => packed.Map(input, bias)), Time(() => nn.functional.linear(input, weight, bias)));
                (own, plain) = i == 0 ? (own, plain) : (Math.Min(own, now), Math.Min(plain, ceiling));
            }

            return own / plain;
        }
    }

    private static double Time(Func<Tensor> product)
    {
        var start = Stopwatch.GetTimestamp();
        product().Dispose();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static readonly Lazy<string> Processor = new(() =>
    {
        const string info = "/proc/cpuinfo";
        string[] fields = ["model name", "cpu family", "model", "stepping", "CPU part"];
        var lines = File.Exists(info) ? File.ReadLines(info).TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2)).ToArray() : [];
        var words = fields.Select(field => Array.Find(lines, line => line[0].Trim() == field)?[1].Trim()).OfType<string>();
        return string.Join(' ', words.Append(Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")).Append($"{RuntimeInformation.ProcessArchitecture}").OfType<string>());
    });
}
