namespace CoVR.Modeling.Checkpoints;

/// <summary>How far a conversion is.</summary>
/// <param name="Tensor">The tensor at work.</param>
/// <param name="Bytes">Bytes done: written, then compared.</param>
/// <param name="TotalBytes">Bytes to be done; twice those of the tensors if they are compared (of tied ones a little less is done).</param>
public readonly record struct ConversionProgress(string Tensor, long Bytes, long TotalBytes);
