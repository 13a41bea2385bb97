using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Training;

/// <summary>What is searched between the epochs of a training, ready made: the pipeline's evaluator with the text lengths of validation.</summary>
/// <remarks>
/// Candidates come from the pipeline's store, as the training's targets do. The best weights are those of the highest primary
/// metric of the protocol under the first variant and the first kind of query; a split whose answers are hidden has none.
/// </remarks>
/// <param name="Dataset">Queries and gallery, usually of <see cref="DatasetSplit.Validation"/>.</param>
/// <param name="Media">Knows where the references lie.</param>
/// <param name="Protocol">The benchmark.</param>
public sealed record RetrievalValidation(TripletDataset Dataset, ITripletDatasetReader Media, IRetrievalProtocol Protocol)
{
    /// <summary>Kinds of queries, variants, batches; null for the honest rules and the kind of query that is trained.</summary>
    /// <value>Null.</value>
    public EvaluationOptions? Options { get; init; }

    /// <summary>Told after every batch of queries; may be null.</summary>
    /// <value>Null.</value>
    public IProgress<JobProgress>? Progress { get; init; }
}
