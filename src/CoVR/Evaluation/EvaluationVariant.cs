using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>One column of a run: a preset, and what differs from it.</summary>
/// <param name="Name">Unique in a run.</param>
/// <param name="Preset">By whose rules.</param>
public sealed record EvaluationVariant(string Name, EvaluationPreset Preset)
{
    /// <summary>What a gallery in use would give; the default.</summary>
    public static EvaluationVariant Honest { get; } = new("honest", EvaluationPreset.Honest);

    /// <summary>The papers' rules without the slips of the reference's code.</summary>
    public static EvaluationVariant Corrected { get; } = new("corrected", EvaluationPreset.Corrected);

    /// <summary>The reference's code, slips included.</summary>
    public static EvaluationVariant Reference { get; } = new("reference", EvaluationPreset.Reference);

    /// <summary>How the frames of candidates become one; null for the pipeline's pooling. Ignored where the preset pools by the answer's text.</summary>
    public IFramePooling? Pooling { get; init; }

    /// <summary>How queries and candidates are compared; null for the protocol's similarity.</summary>
    public ISimilarity? Similarity { get; init; }

    /// <summary>Where the gallery's embeddings are, of the same model; null for the pipeline's store. A second store holds a BGR gallery, say.</summary>
    public IEmbeddingSource? Store { get; init; }

    /// <summary>The honest rules, with the frames of each candidate weighed by each query (<see cref="QueryTimePooledSimilarity"/>).</summary>
    /// <param name="temperature">What frame similarities are divided by; positive.</param>
    /// <returns>The variant.</returns>
    public static EvaluationVariant QueryTimePooling(double temperature = 0.1) =>
        new("query-time pooling", EvaluationPreset.Honest) { Similarity = new QueryTimePooledSimilarity(temperature) };
}
