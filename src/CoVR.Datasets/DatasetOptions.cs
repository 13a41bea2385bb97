using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.Merged;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Datasets;

/// <summary>Where a published data set lies and how it is read: name, annotation files, media folders and the policy for missing media.</summary>
/// <remarks>Makes the data set's reader and protocol, for use without a pipeline; <c>AddCirr</c> and the like register both.</remarks>
public abstract class DatasetOptions
{
    private protected DatasetOptions(string name) => Name = name;

    /// <summary>The name of the data set in reports.</summary>
    public string Name { get; set; }

    /// <summary>The annotation file of each split; a split without one cannot be read.</summary>
    public IDictionary<DatasetSplit, string> Annotations { get; } = new Dictionary<DatasetSplit, string>();

    /// <summary>The media folder of each split.</summary>
    public IDictionary<DatasetSplit, string> MediaFolders { get; } = new Dictionary<DatasetSplit, string>();

    /// <summary>Whether an item of a split is embedded already.</summary>
    /// <remarks>
    /// What is only searched for, a target or a candidate, then counts as there without its picture or video, which nothing reads any
    /// more. The reference asks for embeddings of targets too, not for their videos (<c>src/data/webvid_covr.py:197-200</c>).
    /// </remarks>
    /// <value>Null by default: media must be there.</value>
    public Func<DatasetSplit, MediaId, bool>? IsEmbedded { get; set; }

    /// <summary>How rows without media are treated.</summary>
    /// <value><see cref="MissingMediaPolicy.StrictTest"/> by default.</value>
    public MissingMediaPolicy MissingMedia { get; set; }

    /// <summary>Makes the reader of this data set; nothing is read yet.</summary>
    /// <param name="loggers">Logs rows that are left out; null: no log.</param>
    /// <returns>A reader that is safe for use from several threads. Do not change these options afterwards.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public ITripletDatasetReader CreateReader(ILoggerFactory? loggers = null)
    {
        Validate();
        return Create(loggers ?? NullLoggerFactory.Instance);
    }

    /// <summary>Joins data sets: a split is that of every reader that has it, the gallery the union of theirs, and a triplet is called <c>{data set}/{its identity there}</c>.</summary>
    /// <param name="name">The name of the merged data set, for example <c>cc-coir+webvid-covr</c>; null to join theirs.</param>
    /// <param name="readers">At least one, with distinct names.</param>
    /// <returns>A reader that is safe for use from several threads. Reading fails if two data sets have different media with the same identity.</returns>
    /// <exception cref="ArgumentException">There is no reader, or two have one name.</exception>
    public static ITripletDatasetReader Merge(string? name, params IReadOnlyList<ITripletDatasetReader> readers) => new MergedReader(name, readers);

    /// <summary>Makes the rules by which the benchmark is scored.</summary>
    /// <returns>An immutable protocol.</returns>
    public abstract IRetrievalProtocol CreateProtocol();

    /// <summary>Checks an annotation file as the reader would, without media or other files.</summary>
    /// <param name="file">The file; it need not be one of <see cref="Annotations"/>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>How many queries it has, at least one.</returns>
    /// <exception cref="DatasetFormatException">It is missing, or not a valid annotation file of this data set.</exception>
    public abstract Task<long> CountQueriesAsync(string file, CancellationToken cancellationToken = default);

    /// <summary>Checks a file that lists a gallery as the reader would, without media or other files.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>How many items it lists, at least one.</returns>
    /// <exception cref="DatasetFormatException">It is missing, or not a valid list of this data set.</exception>
    public abstract Task<long> CountGalleryAsync(string file, CancellationToken cancellationToken = default);

    /// <summary>Throws if options are invalid, with every fault in one message.</summary>
    internal void Validate()
    {
        List<string> faults = [];
        Check(faults);
        if (faults.Count > 0)
        {
            throw new ArgumentException($"{GetType().Name}: {string.Join(" ", faults)}");
        }
    }

    /// <summary>The annotation file of a split.</summary>
    /// <exception cref="DatasetFormatException">None is set.</exception>
    internal string AnnotationsOf(DatasetSplit split) => Annotations.TryGetValue(split, out var file)
        ? file
        : throw new DatasetFormatException(Name, null, null, $"no annotation file is set for the {split} split; set are: {string.Join(", ", Annotations.Keys)}.");

    /// <summary>The reader, for options that were validated.</summary>
    private protected abstract IInspectableDataset Create(ILoggerFactory loggers);

    /// <summary>Adds every fault of these options, one sentence each.</summary>
    internal virtual void Check(List<string> faults)
    {
        Require(faults, !string.IsNullOrWhiteSpace(Name), "Name is empty.");
        Require(faults, Annotations.Count > 0, "Annotations names no file: add at least one split.");
        foreach (var split in Annotations.Keys)
        {
            Require(faults, !string.IsNullOrWhiteSpace(Annotations[split]), $"Annotations[{split}] is empty.");
            Require(faults, MediaFolders.TryGetValue(split, out var folder) && !string.IsNullOrWhiteSpace(folder), $"MediaFolders[{split}] is missing.");
        }

        RequireDefined(faults, MissingMedia, nameof(MissingMedia));
    }

    /// <summary>Adds a fault unless something holds.</summary>
    private protected static void Require(List<string> faults, bool holds, string fault)
    {
        if (!holds)
        {
            faults.Add(fault);
        }
    }

    /// <summary>Adds a fault unless a value has a name.</summary>
    private protected static void RequireDefined<T>(List<string> faults, T value, string name)
        where T : struct, Enum => Require(faults, Enum.IsDefined(value), $"{name} is {value:D}, which is none of {string.Join(", ", Enum.GetNames<T>())}.");

    /// <summary>Adds a fault unless extensions look like extensions.</summary>
    private protected static void RequireExtensions(List<string> faults, IList<string> extensions) =>
        Require(faults, extensions.Count > 0 && extensions.All(extension => extension is ['.', _, ..]), "Extensions must hold entries such as '.mp4'.");
}

/// <summary>How rows with a missing picture or video are treated.</summary>
public enum MissingMediaPolicy
{
    /// <summary>The test split must be complete; in the other splits rows are left out and logged, as in the reference.</summary>
    StrictTest,

    /// <summary>Every split must be complete.</summary>
    Strict,

    /// <summary>In every split rows are left out and logged.</summary>
    Report,

    /// <summary>Presence is not checked: rows are kept, and reading missing media fails later, one by one.</summary>
    Ignore,
}
