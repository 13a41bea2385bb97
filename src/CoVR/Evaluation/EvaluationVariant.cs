using CoVR.Data;
using CoVR.Retrieval;

namespace CoVR.Evaluation;

/// <summary>A preset and its overrides.</summary>
/// <param name="Name">Unique in a run.</param>
/// <param name="Preset">The rules.</param>
public sealed record EvaluationVariant(string Name, EvaluationPreset Preset)
{
    /// <summary>What a real gallery would give; the default. Named <c>honest</c>.</summary>
    public static EvaluationVariant LeakFree { get; } = new(EvaluationPreset.LeakFree.Name, EvaluationPreset.LeakFree);

    /// <summary>The rules of the papers.</summary>
    public static EvaluationVariant Corrected { get; } = new(EvaluationPreset.Corrected.Name, EvaluationPreset.Corrected);

    /// <summary>How the frames of candidates are pooled; null for the pipeline's pooling. Ignored where <see cref="RetrievalRules.Pooling"/> is set.</summary>
    public IFramePooling? Pooling { get; init; }

    /// <summary>How queries and candidates are compared; null for the protocol's similarity.</summary>
    public ISimilarity? Similarity { get; init; }

    /// <summary>The gallery's embeddings, made by the same model; null for the pipeline's store. Set it for a BGR gallery, for example.</summary>
    public IEmbeddingSource? Store { get; init; }

    /// <summary>The leak-free rules, with the frames of each candidate weighted by each query (<see cref="Similarities.QueryTimePooled"/>).</summary>
    /// <param name="temperature">What frame similarities are divided by; positive.</param>
    /// <returns>The variant.</returns>
    public static EvaluationVariant QueryTimePooling(double temperature = 0.1) =>
        new("query-time pooling", EvaluationPreset.LeakFree) { Similarity = Similarities.QueryTimePooled(temperature) };
}
