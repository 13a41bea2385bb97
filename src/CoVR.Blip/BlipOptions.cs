using CoVR.Modeling;

namespace CoVR.Blip;

/// <summary>What <c>UseBlip</c> and <see cref="BlipModel.CreateAsync"/> build. Variants: <c>large</c> (the default, the model of the papers), <c>large-covr</c> and <c>base</c>.</summary>
public sealed class BlipOptions : ComposedModelOptions
{
    /// <summary>Starts with the variant <c>large</c>.</summary>
    public BlipOptions()
        : base("large")
    {
    }

    /// <summary>Other sizes than the variant's, for instance for a small model that is trained from nothing; null keeps the variant's.</summary>
    /// <value>Null.</value>
    public BlipArchitecture? Architecture { get; set; }

    /// <summary>Which weights are trained.</summary>
    /// <value><see cref="BlipTrainable.Composed"/>.</value>
    public BlipTrainable Trainable { get; set; } = BlipTrainable.Composed;
}
