namespace CoVR.Datasets.Embedding;

/// <summary>What scoring an annotation file came to.</summary>
/// <param name="File">The file that was written.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Missing">Targets without a usable embedding; their rows have an empty list, as the reference writes it.</param>
public sealed record FrameScoreReport(string File, long Rows, IReadOnlyList<MissingEmbedding> Missing);
