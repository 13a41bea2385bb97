using CoVR.Cli.Runs;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>Checks one stored embedding.</summary>
internal static class EmbeddingInspector
{
    private const double UnitTolerance = 2e-3;

    /// <summary>The result.</summary>
    /// <param name="Frames">F, where the shape is right.</param>
    /// <param name="Fault">What is wrong, if anything.</param>
    internal readonly record struct Verdict(int Frames, (string Kind, string Reason)? Fault);

    /// <summary>Checks an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="shape">Q and D; null: unknown.</param>
    /// <param name="values">Whether its numbers are read.</param>
    public static Verdict Look(EmbeddingItem item, (int Vectors, int Dimensions)? shape, bool values)
    {
        try
        {
            var (found, numbers) = item.Read(values);
            if (shape is not { } known)
            {
                return new(0, values ? FaultOf(numbers.Span, (int)found[^1]) : null);
            }

            return FramesOf(found, known) is not { } frames
                ? new(0, (FindingKinds.EmbeddingShape, $"its shape is [{string.Join(", ", found)}]; expected [frames, {(known.Vectors == 1 ? "" : $"{known.Vectors}, ")}{known.Dimensions}]."))
                : new(frames, values ? FaultOf(numbers.Span, known.Dimensions) : null);
        }
        catch (GalleryException fault)
        {
            var isDenied = fault.InnerException is UnauthorizedAccessException || fault.InnerException?.InnerException is UnauthorizedAccessException;
            return new(0, (isDenied ? FindingKinds.EmbeddingUnreadable : FindingKinds.EmbeddingDamaged, fault.Reason));
        }
    }

    private static int? FramesOf(IReadOnlyList<long> shape, (int Vectors, int Dimensions) known) => shape switch
    {
        [var d] when known.Vectors == 1 && d == known.Dimensions => 1,
        [var q, var d] when known.Vectors > 1 && q == known.Vectors && d == known.Dimensions => 1,
        [var f, var d] when known.Vectors == 1 && d == known.Dimensions && f > 0 => (int)f,
        [var f, var q, var d] when q == known.Vectors && d == known.Dimensions && f > 0 => (int)f,
        _ => null,
    };

    private static (string Kind, string Reason)? FaultOf(ReadOnlySpan<float> values, int dimensions)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return (FindingKinds.EmbeddingNotFinite, $"number {i} is {(float.IsNaN(values[i]) ? "NaN" : "infinite")}.");
            }
        }

        for (var start = 0; start < values.Length; start += dimensions)
        {
            var length = Length(values.Slice(start, dimensions));
            if (Math.Abs(length - 1) > UnitTolerance)
            {
                return length == 0
                    ? (FindingKinds.EmbeddingZero, $"vector {start / dimensions} is all zeros, as the reference writes for a picture that it could not read.")
                    : (FindingKinds.EmbeddingNotUnit, FormattableString.Invariant($"vector {start / dimensions} has length {length:G4}; expected 1."));
            }
        }

        return null;
    }

    private static double Length(ReadOnlySpan<float> vector)
    {
        var sum = 0.0;
        foreach (var value in vector)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }
}
