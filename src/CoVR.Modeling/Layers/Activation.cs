namespace CoVR.Modeling.Layers;

/// <summary>The non-linearity of a feed-forward.</summary>
public enum Activation
{
    /// <summary>x Φ(x) with the error function: BLIP, BERT and EVA.</summary>
    Gelu,

    /// <summary>x σ(1.702 x): OpenAI's CLIP.</summary>
    QuickGelu,
}
