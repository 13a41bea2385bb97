using CoVR.Data;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.Annotations;

/// <summary>One split of a data set, as annotated.</summary>
/// <param name="Dataset">Every entry that can be read, including those without media.</param>
/// <param name="Issues">What is wrong with the annotation files.</param>
public sealed record AnnotationInspection(TripletDataset Dataset, IReadOnlyList<AnnotationInspection.Issue> Issues)
{
    /// <summary>Reads a split as annotated, regardless of whether its media exist. Readers of this package report every bad entry instead of stopping at the first.</summary>
    /// <param name="reader">The data set.</param>
    /// <param name="split">Which part.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The entries that can be read, and what is wrong with the others; of a reader of another package what it reads, without issues.</returns>
    /// <exception cref="DatasetFormatException">Nothing can be read.</exception>
    public static async ValueTask<AnnotationInspection> ReadAsync(ITripletDatasetReader reader, DatasetSplit split, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return reader is IInspectableDataset known
            ? await known.InspectAsync(split, cancellationToken).ConfigureAwait(false)
            : new AnnotationInspection(await reader.ReadAsync(split, cancellationToken).ConfigureAwait(false), []);
    }

    /// <summary>The splits of a data set that have an annotation file.</summary>
    /// <param name="reader">The data set.</param>
    /// <returns>Of a reader of another package the test split.</returns>
    public static IReadOnlyList<DatasetSplit> SplitsOf(ITripletDatasetReader reader) => reader is IInspectableDataset known ? known.Splits : [DatasetSplit.Test];

    /// <summary>The line of the annotation file on which a triplet of <see cref="Dataset"/> starts, by its index.</summary>
    /// <value>Always null by default: unknown.</value>
    public Func<int, long?> LineOf { get; init; } = static _ => null;

    /// <summary>Whether references should be among the candidates too, as in benchmarks that list all pictures of a split.</summary>
    /// <value>False by default.</value>
    public bool ListsReferences { get; init; }

    /// <summary>One problem of an annotation file.</summary>
    /// <param name="Level">
    /// <see cref="LogLevel.Error"/>: an entry cannot be read, or is there again; <see cref="LogLevel.Warning"/>: it is read, but a text is empty;
    /// <see cref="LogLevel.Information"/>: rows remain out, as the options ask for.
    /// </param>
    /// <param name="File">The file.</param>
    /// <param name="Reason">What was found and what was expected, in one sentence.</param>
    public sealed record Issue(LogLevel Level, string File, string Reason)
    {
        /// <summary>The line of <see cref="File"/>, counted from 1.</summary>
        /// <value>Null: not known, or the whole file.</value>
        public long? Line { get; init; }

        /// <summary>The column or key.</summary>
        /// <value>Null: the whole entry.</value>
        public string? Field { get; init; }

        /// <summary>The item, where a split that must have every item once has it again.</summary>
        /// <value>Null: another problem.</value>
        public string? Id { get; init; }

        internal static Issue Of(DatasetFormatException fault) => new(LogLevel.Error, fault.File, fault.Reason) { Line = fault.Line, Field = fault.Field };
    }
}
