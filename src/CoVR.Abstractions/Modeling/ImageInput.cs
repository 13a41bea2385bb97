namespace CoVR.Modeling;

/// <summary>How a picture is resized.</summary>
public enum Interpolation
{
    /// <summary>Triangle filter, antialiased.</summary>
    Bilinear,

    /// <summary>Cubic filter with a = -0.5 as in Pillow, antialiased.</summary>
    Bicubic,
}

/// <summary>The pictures that a visual encoder was trained on; it travels with the weights.</summary>
/// <param name="Size">S: pictures are S x S pixels.</param>
/// <param name="Interpolation">How they are resized.</param>
/// <param name="Mean">Mean of red, green and blue in [0, 1].</param>
/// <param name="Std">Standard deviation of red, green and blue.</param>
public sealed record ImageInput(int Size, Interpolation Interpolation, IReadOnlyList<float> Mean, IReadOnlyList<float> Std)
{
    /// <summary>CLIP's statistics, which BLIP and BLIP-2 use too.</summary>
    /// <param name="size">S.</param>
    /// <returns>Bicubic input of that size.</returns>
    public static ImageInput Clip(int size) => new(
        size,
        Interpolation.Bicubic,
        [0.48145466f, 0.4578275f, 0.40821073f],
        [0.26862954f, 0.26130258f, 0.27577711f]);

    /// <summary>One line that tells two inputs apart, for fingerprints.</summary>
    /// <returns>For example <c>384 bicubic mean 0.48145466,… std …</c>.</returns>
    public string Describe() => FormattableString.Invariant(
        $"{Size} {Interpolation.ToString().ToLowerInvariant()} mean {Join(Mean)} std {Join(Std)}");

    private static string Join(IReadOnlyList<float> values) =>
        string.Join(',', values.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}
