using System.Buffers;
using CoVR.Media.Images;
using CoVR.Modeling;

namespace CoVR.Media.Transforms;

/// <summary>
/// The transform of training (reference: <c>src/data/transforms.py</c>, <c>transform_train</c>): a random crop is resized to a
/// square, flipped with probability 0.5, augmented by random operations, scaled to [0, 1] and normalised.
/// </summary>
/// <remarks>Safe for use from several threads when each has its own <see cref="Random"/>; the same random numbers give the same pixels.</remarks>
internal sealed class TrainingTransform : IImageTransform
{
    private readonly TrainingTransformOptions _options;
    private readonly PixelNormalizer _normalizer;

    /// <summary>Creates the transform.</summary>
    /// <param name="input">Size S, filter and statistics that the model is trained with.</param>
    /// <param name="options">How pictures are varied; the reference's way when null.</param>
    /// <exception cref="ArgumentException">The input does not have three means and deviations, or its size is below 1.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; it lists all of them.</exception>
    public TrainingTransform(ImageInput input, TrainingTransformOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(input.Size, 1);
        _options = options ?? new TrainingTransformOptions();
        OptionsFaults.ThrowIfAny(_options);
        (Input, _normalizer) = (input, new PixelNormalizer(input));
    }

    /// <inheritdoc/>
    public ImageInput Input { get; }

    /// <inheritdoc/>
    public void Apply(RgbFrame frame, Random random, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(random);
        Apply(frame, TrainingPlan.Draw(frame.Width, frame.Height, _options, random), destination);
    }

    /// <summary>Applies the drawn plan.</summary>
    internal void Apply(RgbFrame frame, TrainingPlan plan, Span<float> destination)
    {
        var length = Input.Size * Input.Size * 3;
        if (destination.Length != length)
        {
            throw new ArgumentException($"The destination holds {destination.Length} values instead of {length}.", nameof(destination));
        }

        var buffers = ArrayPool<byte>.Shared.Rent(length * 2);
        try
        {
            var pixels = buffers.AsSpan(0, length);
            var other = buffers.AsSpan(length, length);
            CropAndFlip(frame, plan, pixels);
            foreach (var step in plan.Steps)
            {
                step.Apply(pixels, Input.Size, Input.Size, other);
                var swap = pixels;
                pixels = other;
                other = swap;
            }

            _normalizer.Apply(pixels, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffers);
        }
    }

    /// <summary>The first half: crop, resize and flip.</summary>
    internal void CropAndFlip(RgbFrame frame, TrainingPlan plan, Span<byte> pixels)
    {
        PillowResizer.ResizeInto(frame, plan.Crop, Input.Size, Input.Size, Input.IsBilinear, pixels);
        if (plan.Flip)
        {
            Mirror(pixels);
        }
    }

    private void Mirror(Span<byte> pixels)
    {
        var stride = Input.Size * 3;
        for (var start = 0; start < pixels.Length; start += stride)
        {
            var row = pixels.Slice(start, stride);
            row.Reverse();
            PixelPacking.SwapFirstAndThird(row);
        }
    }
}
