using CoVR.Modeling;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace CoVR.Onnx;

/// <summary>A visual encoder in a session of ONNX Runtime. Safe for use from several threads.</summary>
/// <param name="session">The session; disposed with the encoder.</param>
/// <param name="input">The pictures.</param>
/// <param name="tokens">N and C.</param>
/// <param name="isWholeBatch">Whether a batch is one call; else each picture is one, which is faster on a processor.</param>
internal sealed class OnnxVisualEncoder(InferenceSession session, ImageInput input, (int Count, int Width) tokens, bool isWholeBatch) : IVisualEncoder, IDisposable
{
    private static readonly string[] Inputs = [VisionGraph.Pixels], Outputs = [VisionGraph.Tokens];

    private readonly RunOptions _options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private bool _disposed;

    /// <inheritdoc/>
    public int Width => tokens.Width;

    /// <inheritdoc/>
    public ImageInput Input => input;

    /// <inheritdoc/>
    public string? Rounding { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The pixels have another shape.</exception>
    /// <exception cref="OnnxEngineException">ONNX Runtime failed.</exception>
    /// <exception cref="ObjectDisposedException">The encoder was disposed.</exception>
    public Tensor Encode(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var size = input.Size;
        if (pixels.dim() != 4 || !pixels.shape.AsSpan(1).SequenceEqual([3, size, size]))
        {
            throw new ArgumentException($"Pixels are [B, 3, {size}, {size}], not [{string.Join(", ", pixels.shape)}].", nameof(pixels));
        }

        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var source = pixels.detach().to(ScalarType.Float32, CPU).contiguous();
        var result = empty(source.shape[0], tokens.Count, tokens.Width);
        var step = isWholeBatch ? source.shape[0] : 1;
        for (var i = 0L; i < source.shape[0]; i += step)
        {
            Run(source.narrow(0, i, step), result.narrow(0, i, step));
        }

        return result.to(pixels.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A call on a session that was freed would end the process.
        _disposed = true;
        session.Dispose();
        _options.Dispose();
    }

    // The session reads and writes the tensors' own memory.
    private void Run(Tensor pixels, Tensor result)
    {
        if (Rounding is not null && !pixels.isfinite().all().item<bool>())
        {
            // A scale for numbers that are not finite would give plausible ones.
            using Scalar nothing = float.NaN;
            result.fill_(nothing);
            return;
        }

        using var from = ValueOf(pixels);
        using var to = ValueOf(result);
        try
        {
            session.Run(_options, Inputs, [from], Outputs, [to]);
        }
        catch (OnnxRuntimeException error)
        {
            throw new OnnxEngineException($"ONNX Runtime failed on pixels [{string.Join(", ", pixels.shape)}]: {error.Message}", error);
        }
    }

    private static OrtValue ValueOf(Tensor tensor) =>
        OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, tensor.shape, ExternalWeights.Address(tensor), tensor.numel() * sizeof(float));
}
