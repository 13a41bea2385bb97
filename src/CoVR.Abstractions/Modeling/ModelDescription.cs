namespace CoVR.Modeling;

/// <summary>What a loaded model is: architecture, preprocessing, text lengths, origin and licence of its weights.</summary>
/// <param name="Name">The variant, for example <c>blip-large-384</c>.</param>
/// <param name="Image">Its image input.</param>
/// <param name="Text">The text lengths it was trained with.</param>
/// <param name="WeightsSha256">SHA-256 of the weights, lower-case hexadecimal.</param>
/// <param name="Temperature">Similarities are divided by this in the losses.</param>
/// <param name="Source">Where the weights come from; empty when trained here.</param>
/// <param name="License">Their licence; empty when trained here.</param>
public sealed record ModelDescription(
    string Name,
    ImageInput Image,
    TextInput Text,
    string WeightsSha256,
    double Temperature = 0.07,
    string Source = "",
    string License = "");

/// <summary>The image input that a visual encoder was trained with; part of the model's description.</summary>
/// <param name="Size">S: pictures are S x S pixels.</param>
/// <param name="Mean">Mean of red, green and blue in [0, 1].</param>
/// <param name="Std">Standard deviation of red, green and blue.</param>
public sealed record ImageInput(int Size, IReadOnlyList<float> Mean, IReadOnlyList<float> Std)
{
    /// <summary>Whether they are resized with the triangle filter; otherwise with the cubic filter of Pillow (a = -0.5). Both are antialiased.</summary>
    /// <value>False by default: bicubic.</value>
    public bool IsBilinear { get; init; }

    /// <summary>CLIP's statistics, which BLIP and BLIP-2 use too.</summary>
    /// <param name="size">S.</param>
    /// <returns>Bicubic input of that size.</returns>
    public static ImageInput Clip(int size) => new(
        size,
        [0.48145466f, 0.4578275f, 0.40821073f],
        [0.26862954f, 0.26130258f, 0.27577711f]);

    /// <summary>A one-line description for fingerprints.</summary>
    /// <returns>For example <c>384 bicubic mean 0.48145466,… std …</c>.</returns>
    public string Describe() => FormattableString.Invariant(
        $"{Size} {(IsBilinear ? "bilinear" : "bicubic")} mean {Join(Mean)} std {Join(Std)}");

    private static string Join(IReadOnlyList<float> values) =>
        string.Join(',', values.Select(value => value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
}

/// <summary>The token lengths that a model is trained and tested with.</summary>
/// <param name="TrainingLength">Every training text is padded or cut to this length.</param>
/// <param name="EvaluationLimit">Evaluation pads to the longest text of the batch, at most this long.</param>
/// <param name="MaxWords">Texts are cut after this many words before they are tokenised.</param>
public sealed record TextInput(int TrainingLength, int EvaluationLimit, int MaxWords)
{
    /// <summary>Captions that are embedded beforehand are padded to the longest of the batch, at most this long.</summary>
    /// <value><see cref="EvaluationLimit"/>; the published models, as the reference's tools embed texts: 30 for BLIP, 512 for BLIP-2.</value>
    public int CaptionLimit { get; init; } = EvaluationLimit;

    /// <summary>Validation between the epochs of a training pads to the longest of the batch, at most this long.</summary>
    /// <value><see cref="EvaluationLimit"/>; 32 for the published BLIP-2 models, as the reference validates them.</value>
    public int ValidationLimit { get; init; } = EvaluationLimit;
}
