namespace CoVR.Conformance.Parity;

/// <summary>Compares one tensor with the reference's.</summary>
public static class TensorComparison
{
    public static ParityEntry Compare(string name, NpyArray reference, NpyArray ours, ParityTolerance tolerance)
    {
        if (reference.IsFloating != ours.IsFloating)
        {
            return new ParityEntry(name, ParityVerdict.TypeDiffers, ours.Shape, reference.Shape) { Tolerance = tolerance, Note = Types(reference, ours) };
        }

        if (!reference.Shape.AsSpan().SequenceEqual(ours.Shape))
        {
            return new ParityEntry(name, ParityVerdict.ShapeDiffers, ours.Shape, reference.Shape) { Tolerance = tolerance };
        }

        return Compare(name, reference.ToDoubles(), ours.ToDoubles(), ours.Shape, tolerance) with { Note = reference.Type == ours.Type ? "" : Types(reference, ours) };
    }

    /// <summary>Compares numbers of one shape.</summary>
    public static ParityEntry Compare(string name, ReadOnlySpan<double> reference, ReadOnlySpan<double> ours, IReadOnlyList<long> shape, ParityTolerance tolerance)
    {
        var (absolute, relative, worst, at) = (0.0, 0.0, double.NegativeInfinity, 0);
        for (var i = 0; i < reference.Length; i++)
        {
            var excess = Excess(reference[i], ours[i], tolerance, ref absolute, ref relative);
            if (excess > worst)
            {
                (worst, at) = (excess, i);
            }
        }

        var verdict = worst <= 0 ? ParityVerdict.Agrees : double.IsPositiveInfinity(worst) ? ParityVerdict.NotFinite : ParityVerdict.Differs;
        return new ParityEntry(name, verdict, shape, shape)
        {
            MaxAbsolute = absolute,
            MaxRelative = relative,
            At = reference.Length == 0 ? null : Index(at, shape),
            Ours = reference.Length == 0 ? 0 : ours[at],
            Reference = reference.Length == 0 ? 0 : reference[at],
            Tolerance = tolerance,
        };
    }

    private static double Excess(double reference, double ours, ParityTolerance tolerance, ref double absolute, ref double relative)
    {
        if (!double.IsFinite(reference) || !double.IsFinite(ours))
        {
            return reference.Equals(ours) ? double.NegativeInfinity : double.PositiveInfinity;
        }

        var difference = Math.Abs(reference - ours);
        absolute = Math.Max(absolute, difference);
        relative = Math.Max(relative, difference == 0 ? 0 : difference / Math.Abs(reference));
        return difference - (tolerance.Absolute + (tolerance.Relative * Math.Abs(reference)));
    }

    private static long[] Index(long flat, IReadOnlyList<long> shape)
    {
        var index = new long[shape.Count];
        for (var i = shape.Count - 1; i >= 0; i--)
        {
            (flat, index[i]) = Math.DivRem(flat, shape[i]);
        }

        return index;
    }

    private static string Types(NpyArray reference, NpyArray ours) => $"{ours.TypeName} here, {reference.TypeName} in the reference";
}
