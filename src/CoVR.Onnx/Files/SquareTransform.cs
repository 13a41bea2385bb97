using CoVR.Media.Transforms;
using CoVR.Modeling;

namespace CoVR.Onnx.Files;

/// <summary>Makes a picture a square as a description says, then resizes and normalises it.</summary>
internal sealed class SquareTransform(PictureFile file, ImageInput input) : IImageTransform
{
    private readonly IImageTransform _resize = ImageTransforms.Evaluation(input);

    /// <inheritdoc/>
    public ImageInput Input => input;

    /// <inheritdoc/>
    public void Apply(RgbFrame frame, Random random, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(frame);
        _resize.Apply(Square(frame), random, destination);
    }

    private RgbFrame Square(RgbFrame frame)
    {
        var side = file.Resize switch
        {
            ResizeMode.Crop => Math.Max(1, (int)Math.Round(Math.Min(frame.Width, frame.Height) * file.Crop)),
            ResizeMode.Pad => Math.Max(frame.Width, frame.Height),
            _ => 0,
        };
        return side == 0 || (frame.Width, frame.Height) == (side, side) ? frame : Centre(frame, side);
    }

    // The square of that side around the middle; black where the picture ends.
    private static RgbFrame Centre(RgbFrame frame, int side)
    {
        var (left, top) = ((frame.Width - side) / 2, (frame.Height - side) / 2);
        var (columns, rows) = (Math.Min(side, frame.Width), Math.Min(side, frame.Height));
        var square = new byte[checked(side * side * 3)];
        for (var row = 0; row < rows; row++)
        {
            var from = (((row + Math.Max(0, top)) * frame.Width) + Math.Max(0, left)) * 3;
            var to = (((row + Math.Max(0, -top)) * side) + Math.Max(0, -left)) * 3;
            frame.Rgb.Span.Slice(from, columns * 3).CopyTo(square.AsSpan(to));
        }

        return new RgbFrame(side, side, square);
    }
}
