namespace CoVR.Modeling.Layers;

/// <summary>The two families of vision transformers, which call and arrange their parts differently.</summary>
public enum VisionLayout
{
    /// <summary><see cref="VisionTransformer"/>: <c>patch_embed</c>, <c>cls_token</c>, <c>blocks</c>; BLIP and EVA.</summary>
    Timm,

    /// <summary><see cref="ClipVisionTransformer"/>: <c>conv1</c> without bias, <c>class_embedding</c>, <c>ln_pre</c>, <c>transformer.resblocks</c>; OpenAI's CLIP.</summary>
    Clip,
}
