using System.ComponentModel.DataAnnotations;
using CoVR.Modeling;
using CoVR.Modeling.Layers;

namespace CoVR.Blip2;

/// <summary>The sizes of a BLIP-2 model; <c>with</c> makes small ones of the published ones.</summary>
public sealed record Blip2Architecture : ComposedArchitecture
{
    /// <summary>Starts with EVA's ViT-g/14 at 364 pixels, a Q-Former of BERT-base and 256 dimensions.</summary>
    public Blip2Architecture()
        : base(ImageInput.Clip(364), Blip2Vision.EvaGiant, QFormer.BertBase)
    {
    }

    /// <summary>EVA's ViT-g/14 at 364 pixels: the model of CoVR-2.</summary>
    public static Blip2Architecture EvaGiant364 { get; } = new();

    /// <summary>EVA's ViT-g/14 at 224 pixels.</summary>
    public static Blip2Architecture EvaGiant224 { get; } = new() { Image = ImageInput.Clip(224) };

    /// <summary>CLIP's ViT-L/14 at 224 pixels.</summary>
    public static Blip2Architecture ClipLarge224 { get; } = new() { Image = ImageInput.Clip(224), Vision = Blip2Vision.ClipLarge };

    /// <summary>Q, the learnt queries of the Q-Former: the vectors of a target and of a query.</summary>
    /// <value>32.</value>
    [Range(1, 4096)]
    public int Queries { get; init; } = 32;

    /// <summary>Whether there is a projection of texts and queries, <c>text_proj</c>.</summary>
    /// <value>True; the reference's visual-only variant has none, and then only targets and references can be embedded.</value>
    public bool TextHead { get; init; } = true;
}
