using CoVR.Modeling;

namespace CoVR.Blip2;

/// <summary>What <c>UseBlip2</c> and <see cref="Blip2Model.CreateAsync"/> build. Variants: <c>coco</c> (the default, the model of CoVR-2), <c>pretrain</c> and <c>pretrain_vitL</c>.</summary>
public sealed class Blip2Options : ComposedModelOptions
{
    /// <summary>Starts with the variant <c>coco</c>.</summary>
    public Blip2Options()
        : base("coco")
    {
    }

    /// <summary>Other sizes than the variant's, for instance for a small model that is trained from nothing; null keeps the variant's.</summary>
    /// <value>Null.</value>
    public Blip2Architecture? Architecture { get; set; }

    /// <summary>
    /// The weights that embed targets, named as in <see cref="ComposedModelOptions.Checkpoint"/>, but for their visual encoder, which is that of <see cref="ComposedModelOptions.Checkpoint"/>.
    /// CoVR-2 trains its queries against targets that <c>blip2-l-coco</c> embedded, and compares them with such targets only:
    /// give <c>blip2-l-coco</c> here beside a checkpoint of CoVR-2. A gallery that was embedded by it before fits as it is.
    /// </summary>
    /// <value>Null: the weights of <see cref="ComposedModelOptions.Checkpoint"/>.</value>
    public string? TargetCheckpoint { get; set; }

    /// <summary>Which weights are trained.</summary>
    /// <value><see cref="Blip2Trainable.Composed"/>.</value>
    public Blip2Trainable Trainable { get; set; } = Blip2Trainable.Composed;
}
