using CoVR.Data;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.Annotations;

/// <summary>What the readers of this package have in common.</summary>
/// <param name="options">The files; must not be changed afterwards.</param>
/// <param name="logger">Logs rows that are left out.</param>
internal abstract class DatasetReader<T>(T options, ILogger logger) : IInspectableDataset
    where T : DatasetOptions
{
    /// <inheritdoc/>
    public string Name => Options.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetSplit> Splits => [.. Options.Annotations.Keys.Order()];

    protected T Options { get; } = options;

    protected ILogger Logger { get; } = logger;

    /// <inheritdoc/>
    public abstract ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default);

    /// <inheritdoc/>
    public abstract MediaSource Locate(MediaId id);
}

/// <summary>A reader that reports every bad entry instead of stopping at the first, and knows the line of each.</summary>
internal interface IInspectableDataset : ITripletDatasetReader
{
    /// <summary>The splits that have an annotation file.</summary>
    IReadOnlyList<DatasetSplit> Splits { get; }

    /// <inheritdoc cref="AnnotationInspection.ReadAsync"/>
    ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default);
}
