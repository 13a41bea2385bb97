using CoVR.Modeling;
using CoVR.Onnx.Files;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace CoVR.Onnx;

/// <summary>A picture encoder from an ONNX file of any origin, with its preprocessing described in a JSON file beside it (docs/engines.md). Safe for use from several threads.</summary>
/// <remarks>It serves inference. In a pipeline whose description resizes by <c>crop</c> or <c>pad</c>, set <see cref="Transform"/> by <c>UseTransform</c> too.</remarks>
public sealed class OnnxPictureEncoder : IVisualEncoder, IDisposable
{
    private readonly PictureFile _file;
    private readonly FileSession _session;

    private OnnxPictureEncoder(PictureFile file, FileSession session, string sha256)
    {
        (_file, _session, Sha256) = (file, session, sha256);
        Input = new ImageInput(file.Size, [.. file.Mean.Select(value => value / file.White)], [.. file.Std.Select(value => value / file.White)]) { IsBilinear = file.Filter == ResizeFilter.Bilinear };
        Transform = new SquareTransform(file, Input);
        using var scope = NewDisposeScope();
        Width = (int)Encode(zeros(1, 3, file.Size, file.Size)).shape[2];
    }

    /// <summary>The name that the description gives, else that of the ONNX file.</summary>
    public string Name => _file.Name!;

    /// <summary>The licence of the weights, as the description says; empty if it does not.</summary>
    public string License => _file.License;

    /// <summary>SHA-256 of description and weights, lower-case hexadecimal: two encoders with the same give the same vectors.</summary>
    public string Sha256 { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public ImageInput Input { get; }

    /// <inheritdoc/>
    /// <value>Name and hash, so that families with different encoders have different fingerprints.</value>
    public string? Rounding => $"{Name}-{Sha256[..8]}";

    /// <summary>From a frame to the pixels that <see cref="Encode"/> takes, resized as the description says.</summary>
    public IImageTransform Transform { get; }

    /// <summary>Loads an encoder, and runs it once on a black picture.</summary>
    /// <param name="description">The JSON file; what it names is looked for beside it.</param>
    /// <param name="options">Where and how; null for the processor and libtorch's number of threads.</param>
    /// <returns>The encoder, which the caller disposes.</returns>
    /// <exception cref="OnnxEngineException">A file is missing or malformed, the graph lacks an input or output or has another type or shape, or ONNX Runtime is missing or fails; names file and node.</exception>
    public static OnnxPictureEncoder Load(string description, OnnxRuntimeOptions? options = null)
    {
        var file = EncoderFile.Read<PictureFile>(description);
        var session = FileSession.Open(file.Model, options, [file.Input], [TensorElementType.Float], file.Output);
        try
        {
            return new OnnxPictureEncoder(file, session, EncoderFile.Hash(description, file.Model));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Encodes pictures, one by one where the graph takes one only.</summary>
    /// <param name="pixels">[B, 3, S, S], red first, normalised by <see cref="Input"/>; the description's order of colours and dimensions is made here.</param>
    /// <returns>[B, N, C] for an output [B, N, C] or [B, C, H, W] (N = H · W), [B, 1, C] for [B, C]; on the pixels' device, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The pixels have another shape.</exception>
    /// <exception cref="OnnxEngineException">ONNX Runtime failed, or the output has another shape.</exception>
    /// <exception cref="ObjectDisposedException">The encoder was disposed.</exception>
    public Tensor Encode(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.dim() != 4 || !pixels.shape.AsSpan(1).SequenceEqual([3, _file.Size, _file.Size]))
        {
            throw new ArgumentException($"Pixels are [B, 3, {_file.Size}, {_file.Size}], not [{string.Join(", ", pixels.shape)}].", nameof(pixels));
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var ordered = _file.Channels == ChannelOrder.Bgr ? pixels.flip(1) : pixels;
        var result = _session.Run((_file.Input, _file.Layout == PixelLayout.Nhwc ? ordered.permute(0, 2, 3, 1) : ordered));
        var tokens = result.dim() switch
        {
            2 => result.unsqueeze(1),
            3 => result,
            4 => result.flatten(2).transpose(1, 2).contiguous(),
            _ => throw _session.Error($"its output '{_file.Output}' is [{string.Join(", ", result.shape)}], not [B, C], [B, N, C] or [B, C, H, W]."),
        };
        return tokens.to(pixels.device).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the session; calls must have ended.</summary>
    public void Dispose() => _session.Dispose();
}
