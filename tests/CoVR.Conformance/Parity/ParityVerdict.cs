namespace CoVR.Conformance.Parity;

/// <summary>What a comparison of one tensor came to.</summary>
public enum ParityVerdict
{
    /// <summary>Every number is within the tolerance.</summary>
    Agrees,

    /// <summary>A number is outside of the tolerance.</summary>
    Differs,

    /// <summary>NaN or an infinity stands on one side where the other has another value.</summary>
    NotFinite,

    /// <summary>The shapes differ; numbers were not compared.</summary>
    ShapeDiffers,

    /// <summary>One side holds floating numbers, the other integers; numbers were not compared.</summary>
    TypeDiffers,

    /// <summary>The reference has a tensor of this name; the module does not, or it was not called.</summary>
    OnlyInReference,

    /// <summary>The module has a tensor of this name; the reference does not.</summary>
    OnlyHere,
}
