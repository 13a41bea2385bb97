using System.Text.Json;
using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>One step of a construction.</summary>
internal abstract class Stage
{
    /// <summary>Which one.</summary>
    public abstract ConstructionStage Name { get; }

    /// <summary>The tables it writes; the first is what it keeps.</summary>
    public abstract IReadOnlyList<string> Tables { get; }

    /// <summary>The stages whose tables it reads.</summary>
    public abstract IReadOnlyList<ConstructionStage> Reads { get; }

    /// <summary>Everything but earlier results that its own depends on: options, files, services.</summary>
    public abstract IEnumerable<string> DescribeInputs();

    /// <summary>Whether what it wrote outside the work file is still there.</summary>
    public virtual bool IsIntact => true;

    /// <summary>Remarks about a run to come.</summary>
    public virtual IReadOnlyList<string> Foresee(WorkFile file) => [];

    /// <summary>Writes its tables, which do not exist when it is called.</summary>
    public abstract Task RunAsync(StageWork work, CancellationToken cancellationToken);

    /// <summary>Describes a section of the options.</summary>
    protected static string Describe<T>(T section) => JsonSerializer.Serialize(section);

    /// <summary>Describes a file or folder by size and time.</summary>
    /// <exception cref="ConstructionException">It does not exist.</exception>
    protected static string DescribeFile(string path) => File.Exists(path)
        ? FormattableString.Invariant($"{path} {new FileInfo(path).Length} {File.GetLastWriteTimeUtc(path).Ticks}")
        : throw new ConstructionException($"File '{path}'", "it does not exist; check the path.");
}
