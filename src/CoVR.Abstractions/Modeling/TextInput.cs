namespace CoVR.Modeling;

/// <summary>The token lengths a model is trained and tested with; they travel with the weights.</summary>
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
