using System.Globalization;

namespace CoVR.Conformance.Parity;

/// <summary>The comparison of one tensor.</summary>
/// <param name="Name">The layer's path, for example <c>visual_encoder.blocks.3.attn</c>.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Shape">Our shape; null when we have no such tensor.</param>
/// <param name="ReferenceShape">The reference's shape; null when it has no such tensor.</param>
public sealed record ParityEntry(string Name, ParityVerdict Verdict, IReadOnlyList<long>? Shape, IReadOnlyList<long>? ReferenceShape)
{
    /// <summary>The largest |ours - reference| of finite numbers.</summary>
    public double MaxAbsolute { get; init; }

    /// <summary>The largest |ours - reference| / |reference| of finite numbers, 0 / 0 counting as 0.</summary>
    public double MaxRelative { get; init; }

    /// <summary>Where the tolerance is exceeded most, or where it is used up most; null when numbers were not compared.</summary>
    public IReadOnlyList<long>? At { get; init; }

    /// <summary>Our number at <see cref="At"/>.</summary>
    public double Ours { get; init; }

    /// <summary>The reference's number at <see cref="At"/>.</summary>
    public double Reference { get; init; }

    /// <summary>What was allowed.</summary>
    public ParityTolerance Tolerance { get; init; } = ParityTolerance.Default;

    /// <summary>A remark, for example that the types differ in width; empty for none.</summary>
    public string Note { get; init; } = "";

    /// <summary>Whether both sides have the tensor.</summary>
    public bool IsCompared => Verdict is not (ParityVerdict.OnlyHere or ParityVerdict.OnlyInReference);

    /// <summary>Whether both sides have the tensor and it is not the same.</summary>
    public bool Diverges => IsCompared && Verdict != ParityVerdict.Agrees;

    /// <summary>One sentence.</summary>
    public override string ToString() => Verdict switch
    {
        ParityVerdict.OnlyHere => $"{Name}: only here",
        ParityVerdict.OnlyInReference => $"{Name}: only in the reference",
        ParityVerdict.ShapeDiffers => $"{Name}: shape {Text(Shape)} here, {Text(ReferenceShape)} in the reference",
        ParityVerdict.TypeDiffers => $"{Name}: {Note}",
        ParityVerdict.NotFinite => Invariant($"{Name} {Text(Shape)}: {Ours:R} at {Text(At)} where the reference has {Reference:R}{Remark}"),
        _ => Invariant($"{Name} {Text(Shape)}: max abs {MaxAbsolute:E2}, max rel {MaxRelative:E2}; {Ours:R} at {Text(At)} where the reference has {Reference:R}, allowed {Tolerance}{Remark}"),
    };

    /// <summary>[2, 3].</summary>
    internal static string Text(IReadOnlyList<long>? sizes) => sizes is null ? "-" : $"[{string.Join(", ", sizes)}]";

    private string Remark => Note.Length > 0 ? $" ({Note})" : "";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
