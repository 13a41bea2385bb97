using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Onnx;

/// <summary>Runs the vision transformers of model families (BLIP's, EVA's, CLIP's) in ONNX Runtime; its <see cref="Convert"/> is a <see cref="ModelOptions.VisualEngine"/>.</summary>
/// <remarks>
/// The graph is made in memory from a loaded encoder, and compared with it on one random picture. ONNX Runtime copies the weights, so that those of the encoder can be freed.
/// Safe for use from several threads.
/// </remarks>
/// <param name="options">Where and how; null for the processor and libtorch's number of threads.</param>
/// <param name="logger">Logs the comparison; may be null.</param>
public sealed partial class OnnxVisualEngine(OnnxRuntimeOptions? options = null, ILogger? logger = null)
{
    /// <summary>The largest difference from the encoder in <see cref="ModelPrecision.Float32"/>, on tokens of magnitude 1.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The lowest cosine between a token and the encoder's in <see cref="ModelPrecision.Int8"/>.</summary>
    public const double LowestCosine = 0.99;

    internal const string Cpu = "CPU";

    private readonly OnnxRuntimeOptions _options = options ?? new OnnxRuntimeOptions();
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>The version of ONNX Runtime and its execution providers.</summary>
    /// <returns>For example <c>1.32.0 (CPU)</c>.</returns>
    /// <exception cref="OnnxEngineException">The native library is missing.</exception>
    public static string Describe() => NativeRuntime.Call(runtime => $"{runtime.GetVersionString()} ({string.Join(", ", NativeRuntime.ProvidersOf(runtime))})");

    /// <summary>Makes an encoder that computes in ONNX Runtime what a loaded one computes.</summary>
    /// <param name="visual">A vision transformer of a model family in evaluation mode, with plain weights; left as it is.</param>
    /// <param name="sizes">Its sizes and kinds.</param>
    /// <param name="precision"><see cref="ModelPrecision.Float32"/>: equal within <see cref="Tolerance"/>. <see cref="ModelPrecision.Int8"/>: linear layers of 8 bits, see <see cref="LowestCosine"/>.</param>
    /// <returns>The encoder, which is an <see cref="IDisposable"/> too and keeps nothing of <paramref name="visual"/>.</returns>
    /// <exception cref="OnnxEngineException">The library or provider is missing, the encoder or precision is not supported, or the results differ.</exception>
    public IVisualEncoder Convert(IVisualEncoder visual, VisionTransformerOptions sizes, ModelPrecision precision)
    {
        ArgumentNullException.ThrowIfNull(visual);
        ArgumentNullException.ThrowIfNull(sizes);
        if (precision == ModelPrecision.BFloat16)
        {
            throw new OnnxEngineException($"ONNX Runtime computes in {ModelPrecision.Float32} or {ModelPrecision.Int8}, not in {precision}.");
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var state = (visual as nn.Module)?.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.cpu().contiguous());
        if (state is null || !VisionGraph.Fits(state, sizes))
        {
            throw new OnnxEngineException(
                $"{visual.GetType().Name} is not a vision transformer of a model family (BLIP's, EVA's or CLIP's), and ONNX Runtime is not made to run others. Leave out UseOnnxRuntime, or the custom visual encoder.");
        }

        var encoder = Load(visual, sizes, state, precision == ModelPrecision.Int8);
        try
        {
            Compare(visual, encoder);
            return encoder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    private OnnxVisualEncoder Load(IVisualEncoder visual, VisionTransformerOptions sizes, Dictionary<string, Tensor> state, bool isInt8)
    {
        var (model, weights) = VisionGraph.Write(state, sizes, visual.Input.Size, isInt8);
        var session = NativeRuntime.Call(runtime =>
        {
            using var settings = NativeRuntime.CreateOptions(runtime, _options);
            ExternalWeights.Add(settings, weights);
            return new InferenceSession(model, settings);
        });
        var isOnCpu = _options.Provider.Equals(Cpu, StringComparison.OrdinalIgnoreCase);
        return new OnnxVisualEncoder(session, visual.Input, (sizes.Patches(visual.Input.Size) + 1, sizes.Width), isWholeBatch: !isOnCpu && !isInt8) { Rounding = isInt8 ? "onnx-int8" : null };
    }

    private void Compare(IVisualEncoder visual, OnnxVisualEncoder encoder)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1234, CPU);
        var size = visual.Input.Size;
        var pixels = randn([1, 3, size, size], generator: generator);
        var device = (visual as nn.Module)!.parameters().First().device;
        var (expected, actual) = (visual.Encode(pixels.to(device)).cpu(), encoder.Encode(pixels));
        var difference = actual.sub(expected).abs().amax().item<float>() / Math.Max(1, expected.abs().amax().item<float>());
        var cosine = nn.functional.cosine_similarity(actual, expected, -1).amin().item<float>();
        LogCompared(_logger, OrtEnv.Instance().GetVersionString(), _options.Provider, difference, cosine);
        if (encoder.Rounding is null ? !(difference <= Tolerance) : !(cosine >= LowestCosine))
        {
            throw new OnnxEngineException(FormattableString.Invariant(
                $"The tokens of ONNX Runtime ({_options.Provider}) differ from the model's on a random picture: by {difference:g2} of their magnitude, cosine {cosine:g6}. {(encoder.Rounding is null ? $"At most {Tolerance} is allowed: use a provider option that computes in 32 bits, or another provider" : $"A cosine of {LowestCosine} is wanted: use {ModelPrecision.Float32}")}. Weights that are not finite differ always."));
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "ONNX Runtime {Version} ({Provider}) runs the visual encoder; on a random picture the largest difference is {Difference}, the lowest cosine {Cosine}")]
    private static partial void LogCompared(ILogger logger, string version, string provider, float difference, float cosine);
}

/// <summary>A model cannot run in ONNX Runtime: a library or provider is missing, or the encoder, its precision or its results do not fit.</summary>
/// <param name="message">What is wrong, and what to do.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class OnnxEngineException(string message, Exception? innerException = null) : CoVRException(message, innerException);
