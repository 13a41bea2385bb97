namespace CoVR.Modeling.Layers;

/// <summary>How a picture becomes patch tokens.</summary>
public enum VisionStem
{
    /// <summary>One linear map of each patch, as in the published models.</summary>
    Patch,

    /// <summary>
    /// Convolutions of stride 2 with non-linearities between; learns faster when a small model is trained from nothing
    /// (Xiao et al. 2021, arXiv 2106.14881). The patch size is a power of 2.
    /// </summary>
    Convolutional,
}
