using CoVR.Modeling;

namespace CoVR.Blip;

/// <summary>Parts of a host that replace those of BLIP; null keeps BLIP's own.</summary>
/// <param name="Visual">Pictures to tokens; its width and picture size are taken over.</param>
/// <param name="Text">Texts to tokens, for captions; needs a <paramref name="Fusion"/> too, because BLIP's own reads pictures through its text encoder.</param>
/// <param name="Fusion">Visual tokens and text to query vectors [B, 1, D].</param>
public sealed record BlipParts(IVisualEncoder? Visual = null, ITextEncoder? Text = null, IFusionModule? Fusion = null);
