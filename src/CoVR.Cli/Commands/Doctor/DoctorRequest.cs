using CoVR.Modeling;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>How thorough an examination is.</summary>
internal enum DoctorLevel
{
    /// <summary>Files exist, and start and end as they should; headers, shapes, manifests. Seconds to minutes.</summary>
    Quick,

    /// <summary>Everything is decoded and every number is read. Takes as long as reading all files.</summary>
    Full,
}

/// <summary>What a <see cref="DatasetDoctor"/> examines; by default only the machine.</summary>
internal sealed record DoctorRequest
{
    public DoctorLevel Level { get; init; }

    public IReadOnlyList<DoctorDataset> Datasets { get; init; } = [];

    public IReadOnlyList<DoctorCheckpoint> Checkpoints { get; init; } = [];

    /// <summary>The vocabulary file; null: not examined.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>The device that will compute, for example <c>cuda</c>; null: the available ones are listed.</summary>
    public string? Device { get; init; }

    /// <summary>The folder that training and evaluation will write to; null: the current folder.</summary>
    public string? OutputFolder { get; init; }

    /// <summary>
    /// The folder in which a full examination keeps <see cref="MediaRecord.FileName"/>, so that the next one after a stop skips what was already decoded;
    /// null: no record is kept.
    /// </summary>
    public string? RecordFolder { get; init; }

    /// <summary>How many files are read at the same time.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>The comparison of precisions; null: none. It is the only part of an examination that loads a model.</summary>
    public PrecisionRequest? Precision { get; init; }

    /// <summary>Whether programs, native libraries, devices, disks and memory are examined.</summary>
    public bool Machine { get; init; } = true;
}

/// <summary>Weights to examine.</summary>
/// <param name="Name">Their path or name.</param>
/// <param name="Family">The model family that they must be of; empty for any.</param>
/// <param name="RequireFit">Compares a file's keys and shapes with the model that it is for; throws <see cref="CheckpointException"/> where they differ.</param>
internal sealed record DoctorCheckpoint(string Name, string Family = "", Action<string>? RequireFit = null);
