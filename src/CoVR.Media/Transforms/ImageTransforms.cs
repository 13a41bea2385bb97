using System.Buffers;
using CoVR.Media.Images;
using CoVR.Modeling;

namespace CoVR.Media.Transforms;

/// <summary>The built-in ways from a frame to pixels. All are safe for use from several threads.</summary>
public static class ImageTransforms
{
    /// <summary>The transform of evaluation and of stored embeddings: resizes to a square without keeping the aspect, scales to [0, 1], normalises.</summary>
    /// <param name="input">Size S, filter and statistics that the model was trained with.</param>
    /// <returns>A transform that uses no random numbers.</returns>
    /// <exception cref="ArgumentException">The input does not have three means and deviations, or its size is below 1.</exception>
    public static IImageTransform Evaluation(ImageInput input) => new EvaluationTransform(input);

    /// <summary>The transform of training, as the reference's: a random crop is resized to a square, flipped with probability 0.5, augmented by random operations, scaled to [0, 1] and normalised.</summary>
    /// <param name="input">Size S, filter and statistics that the model is trained with.</param>
    /// <returns>A transform; the same random numbers give the same pixels. Each thread has its own <see cref="Random"/>.</returns>
    /// <exception cref="ArgumentException">The input does not have three means and deviations, or its size is below 1.</exception>
    public static IImageTransform Training(ImageInput input) => new TrainingTransform(input);
}

/// <summary>
/// The transform of evaluation and of stored embeddings (reference: <c>src/data/transforms.py</c>, <c>transform_test</c>): resize to a square
/// without keeping the aspect, scale to [0, 1], normalise.
/// </summary>
/// <remarks>Safe for use from several threads; uses no random numbers.</remarks>
internal sealed class EvaluationTransform : IImageTransform
{
    private readonly PixelNormalizer _normalizer;

    /// <summary>Creates the transform.</summary>
    /// <param name="input">Size S, filter and statistics that the model was trained with.</param>
    /// <exception cref="ArgumentException">The input does not have three means and deviations, or its size is below 1.</exception>
    public EvaluationTransform(ImageInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Size, 1);
        (Input, _normalizer) = (input, new PixelNormalizer(input));
    }

    /// <inheritdoc/>
    public ImageInput Input { get; }

    /// <inheritdoc/>
    public void Apply(RgbFrame frame, Random random, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var length = Input.Size * Input.Size * 3;
        if (destination.Length != length)
        {
            throw new ArgumentException($"The destination holds {destination.Length} values instead of {length}.", nameof(destination));
        }

        var rgb = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var pixels = rgb.AsSpan(0, length);
            PillowResizer.ResizeInto(frame, PixelBox.Of(frame), Input.Size, Input.Size, Input.IsBilinear, pixels);
            _normalizer.Apply(pixels, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgb);
        }
    }
}
