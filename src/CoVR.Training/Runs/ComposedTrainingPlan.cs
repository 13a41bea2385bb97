using CoVR.Data;
using CoVR.Distributed;

namespace CoVR.Training;

/// <summary>What <see cref="ComposedTrainer"/> trains on.</summary>
public sealed record ComposedTrainingPlan
{
    /// <summary>The triplets; each has a target, whose embedding is in the pipeline's store.</summary>
    public required TripletDataset Dataset { get; init; }

    /// <summary>Where media lie, for example <see cref="ITripletDatasetReader.Locate"/>.</summary>
    public required Func<MediaId, MediaSource> Locate { get; init; }

    /// <summary>Composes the batches, with several processes those that they share; null for a <see cref="TripletSampler"/> by the options.</summary>
    /// <value>Null.</value>
    public IBatchSampler? Sampler { get; init; }

    /// <summary>The embeddings of the training targets; null for the pipeline's gallery.</summary>
    /// <value>Null.</value>
    public IEmbeddingSource? Targets { get; init; }

    /// <summary>How stored target frames become one; null for what the options say.</summary>
    /// <value>Null.</value>
    public ITargetPooling? TargetPooling { get; init; }

    /// <summary>Visual tokens of all references, for a frozen visual encoder; null to encode references in every step.</summary>
    /// <value>Null.</value>
    public VisualTokenTable? VisualTokens { get; init; }

    /// <summary>Stored embeddings of target captions by their text (<see cref="TextEmbeddings"/>), for the term <c>si_tc</c>; wins over <see cref="TrainingOptions.Captions"/>.</summary>
    /// <value>Null.</value>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>>? CaptionEmbeddings { get; init; }

    /// <summary>What is searched after every epoch; null for no search. Either this or <see cref="Validate"/>.</summary>
    /// <value>Null.</value>
    public RetrievalValidation? Validation { get; init; }

    /// <summary>What the loggers shall know of the run beside its training options, by name, for example the host's composed configuration.</summary>
    /// <value>Empty.</value>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>Called after every epoch, for a validation of your own; null for none.</summary>
    /// <value>Null.</value>
    public Func<int, CancellationToken, ValueTask<ValidationReport>>? Validate { get; init; }

    /// <summary>Who writes down losses and metrics, beside the CSV files of the output folder.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<IRunLogger> Loggers { get; init; } = [];

    /// <summary>
    /// The processes that train together, for example <see cref="MpiCollective"/>; null for one alone. R ranks with B items each
    /// compute what one process would with R x B: the loss is that of all ranks' items together.
    /// </summary>
    /// <value>Null.</value>
    public ICollective? Collective { get; init; }
}
