namespace CoVR.Modeling;

/// <summary>What a loaded model is: architecture, preprocessing, text lengths, origin and licence of its weights.</summary>
/// <param name="Name">The variant, for example <c>blip-large-384</c>.</param>
/// <param name="Image">The pictures it reads.</param>
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
