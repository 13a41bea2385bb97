using System.Runtime.InteropServices;
using CoVR.Media.Sampling;
using CoVR.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Reranking.Scoring;

/// <summary>Reads pictures, and of videos the middle frame, and encodes them as references are. Safe for use from several threads.</summary>
internal sealed class VisualTokens(ComposedModel model, IFrameReader reader, IImageTransform transform)
{
    private readonly IFrameSampler _sampler = FrameSamplers.Middle;

    public ComposedModel Model => model;

    /// <summary>The pixels of a picture, 3 x S x S.</summary>
    /// <exception cref="MediaReadException">It cannot be read.</exception>
    public async Task<float[]> ReadAsync(MediaSource media, CancellationToken cancellationToken)
    {
        var frames = await reader.ReadAsync(media, _sampler, cancellationToken).ConfigureAwait(false);
        if (frames.Count == 0)
        {
            throw new MediaReadException(media.DisplayName, MediaFailure.NoFrames, "the frame reader returned no frames.");
        }

        var size = transform.Input.Size;
        var pixels = new float[3 * size * size];
        transform.Apply(frames[frames.Count / 2], new Random(0), pixels);
        return pixels;
    }

    /// <summary>Encodes pictures. The caller has borrowed the model and records no gradient.</summary>
    /// <returns>[B, N, C]; the caller's dispose scope owns it.</returns>
    public Tensor Encode(IReadOnlyList<float[]> pictures)
    {
        using var scope = NewDisposeScope();
        var size = transform.Input.Size;
        var pixels = empty([pictures.Count, 3, size, size], ScalarType.Float32);
        var values = MemoryMarshal.Cast<byte, float>(pixels.bytes);
        for (var i = 0; i < pictures.Count; i++)
        {
            pictures[i].CopyTo(values[(i * pictures[i].Length)..]);
        }

        return model.Encoder.EncodeVisual(pixels.to(model.Device)).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
