using CoVR.Data;
using CoVR.Datasets.Annotations;

namespace CoVR.Datasets;

/// <summary>Common options of data sets: name, annotation files, media folders and the policy for missing media.</summary>
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

    /// <summary>What happens to rows without media.</summary>
    /// <value><see cref="MissingMediaPolicy.StrictTest"/> by default.</value>
    public MissingMediaPolicy MissingMedia { get; set; }

    /// <summary>Throws when options are invalid, with every fault in one message.</summary>
    internal static void Validate(DatasetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<string> faults = [];
        options.Check(faults);
        if (faults.Count > 0)
        {
            throw new ArgumentException($"{options.GetType().Name}: {string.Join(" ", faults)}", nameof(options));
        }
    }

    /// <summary>The annotation file of a split.</summary>
    /// <exception cref="DatasetFormatException">None is set.</exception>
    internal string AnnotationsOf(DatasetSplit split) => Annotations.TryGetValue(split, out var file)
        ? file
        : throw new DatasetFormatException(Name, null, null, $"no annotation file is set for the {split} split; set are: {string.Join(", ", Annotations.Keys)}.");

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

/// <summary>What happens to rows whose picture or video is missing.</summary>
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
