namespace CoVR.Training;

/// <summary>The slot of the transform that training applies, beside the pipeline's transform for search.</summary>
internal sealed record ReferenceTransform(Func<CoVR.Modeling.ImageInput, IImageTransform> Make);
