using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Training.Logging;
using CoVR.Training.Sampling;

namespace CoVR.Training.Runs;

/// <summary>What <see cref="Trainer"/> trains a pipeline's model on.</summary>
public sealed record TrainingPlan
{
    /// <summary>The triplets. Each has a target, whose embedding is in <see cref="Targets"/>.</summary>
    public required TripletDataset Dataset { get; init; }

    /// <summary>Where media are, for example <see cref="ITripletDatasetReader.Locate"/>.</summary>
    public required Func<MediaId, MediaSource> Locate { get; init; }

    /// <summary>Composes the batches, with several ranks those that they share; null: as the options say.</summary>
    /// <value>Null.</value>
    public IBatchSampler? Sampler { get; init; }

    /// <summary>The embeddings of the targets; null: the pipeline's gallery.</summary>
    /// <value>Null.</value>
    public IEmbeddingSource? Targets { get; init; }

    /// <summary>Stored embeddings of target captions by their text, for loss terms that need captions; null: the model encodes them.</summary>
    /// <value>Null.</value>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>>? CaptionEmbeddings { get; init; }

    /// <summary>Called after every epoch, for a validation of your own instead of <see cref="WithValidation"/>; null: none.</summary>
    /// <value>Null.</value>
    public Func<int, CancellationToken, ValueTask<RetrievalReport>>? Validate { get; init; }

    /// <summary>What loggers record of the run beside its training options, by name, for example the host's configuration.</summary>
    /// <value>Empty.</value>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>Run loggers, beside the CSV files of the output folder.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<IRunLogger> Loggers { get; init; } = [];

    /// <summary>Receives the progress of <see cref="TrainingOptions.PrecomputeVisualTokens"/>; may be null.</summary>
    /// <value>Null.</value>
    public IProgress<JobProgress>? TokenProgress { get; init; }

    /// <summary>What is searched after every epoch; null: nothing.</summary>
    internal RetrievalValidation? Validation { get; private init; }

    /// <summary>Searches after every epoch, with the pipeline's evaluator and the text length of validation.</summary>
    /// <remarks>
    /// Candidates come from the pipeline's gallery, unless the options name another source. The best weights are those with the highest primary
    /// metric of the protocol under the first variant and the first kind of query; a split whose answers are hidden has none.
    /// </remarks>
    /// <param name="dataset">Queries and gallery, usually of <see cref="DatasetSplit.Validation"/>.</param>
    /// <param name="media">Locates the references.</param>
    /// <param name="protocol">The benchmark.</param>
    /// <param name="options">Kinds of queries, variants, batches; null: the default rules and the kind of query that is trained.</param>
    /// <param name="progress">Receives a report after every batch of queries; may be null.</param>
    /// <returns>The same plan otherwise.</returns>
    public TrainingPlan WithValidation(
        TripletDataset dataset, ITripletDatasetReader media, IRetrievalProtocol protocol, EvaluationOptions? options = null, IProgress<JobProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(media);
        ArgumentNullException.ThrowIfNull(protocol);
        return this with { Validation = new RetrievalValidation(dataset, media, protocol, options, progress) };
    }
}

/// <summary>The arguments of <see cref="TrainingPlan.WithValidation"/>.</summary>
internal sealed record RetrievalValidation(TripletDataset Dataset, ITripletDatasetReader Media, IRetrievalProtocol Protocol, EvaluationOptions? Options, IProgress<JobProgress>? Progress);
