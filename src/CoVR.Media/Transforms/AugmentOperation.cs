namespace CoVR.Media.Transforms;

/// <summary>The operations that the reference's training transform draws from (<c>src/data/randaugment.py</c>, after BLIP).</summary>
internal enum AugmentOperation
{
    /// <summary>Nothing.</summary>
    Identity,

    /// <summary>Each channel is stretched to the whole range.</summary>
    AutoContrast,

    /// <summary>Multiplies every value.</summary>
    Brightness,

    /// <summary>Moves every pixel but the outermost away from the mean of its neighbours, or towards it.</summary>
    Sharpness,

    /// <summary>Each channel's values become equally frequent.</summary>
    Equalize,

    /// <summary>Shifts rows against each other.</summary>
    ShearX,

    /// <summary>Shifts columns against each other.</summary>
    ShearY,

    /// <summary>Shifts the picture sideways.</summary>
    TranslateX,

    /// <summary>Shifts the picture up or down.</summary>
    TranslateY,

    /// <summary>Turns the picture about its centre.</summary>
    Rotate,
}
