namespace CoVR.Media.Transforms;

/// <summary>A drawn operation and its strength.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Level">The strength, from 0 to 10.</param>
/// <param name="SignDraw">The draw from [0, 1) that chose the direction; unused by operations without any.</param>
internal readonly record struct AugmentStep(AugmentOperation Operation, double Level, double SignDraw)
{
    private const double MaxLevel = 10;
    private const double LargestShear = 0.3;
    private const double LargestShift = 10;
    private const double LargestAngle = 30;

    /// <summary>Whether the operation draws a direction.</summary>
    internal static bool HasDirection(AugmentOperation operation) => operation >= AugmentOperation.ShearX;

    /// <summary>Applies the operation.</summary>
    /// <param name="rgb">[height, width, 3]; not changed.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="target">Receives the result, as many bytes.</param>
    internal void Apply(ReadOnlySpan<byte> rgb, int width, int height, Span<byte> target)
    {
        switch (Operation)
        {
            case AugmentOperation.AutoContrast:
                ToneOperations.AutoContrast(rgb, target);
                break;
            case AugmentOperation.Brightness:
                ToneOperations.Brightness(rgb, Enhancement, target);
                break;
            case AugmentOperation.Sharpness:
                ToneOperations.Sharpness(rgb, width, height, Enhancement, target);
                break;
            case AugmentOperation.Equalize:
                ToneOperations.Equalize(rgb, target);
                break;
            case AugmentOperation.Identity:
                rgb.CopyTo(target);
                break;
            default:
                AffineWarp.Apply(rgb, width, height, Matrix(width, height), target);
                break;
        }
    }

    private double Enhancement => (Level / MaxLevel * 1.8) + 0.1;

    private AffineMatrix Matrix(int width, int height) => Operation switch
    {
        AugmentOperation.ShearX => new(1, (float)Signed(LargestShear), 0, 0, 1, 0),
        AugmentOperation.ShearY => new(1, 0, 0, (float)Signed(LargestShear), 1, 0),
        AugmentOperation.TranslateX => new(1, 0, (float)-Signed(LargestShift), 0, 1, 0),
        AugmentOperation.TranslateY => new(1, 0, 0, 0, 1, (float)-Signed(LargestShift)),
        AugmentOperation.Rotate => AffineMatrix.Rotation(width / 2f, height / 2f, SignDraw < 0.5 ? -Strength(LargestAngle) : Strength(LargestAngle)),
        _ => throw new InvalidOperationException($"{Operation} moves no pixels."),
    };

    private double Strength(double largest) => Level / MaxLevel * largest;

    private double Signed(double largest) => SignDraw > 0.5 ? -Strength(largest) : Strength(largest);
}
