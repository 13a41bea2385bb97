using System.ComponentModel.DataAnnotations;
using CoVR.Modeling;

namespace CoVR.Datasets.Doctor;

/// <summary>What a <see cref="DatasetDoctor"/> looks at; without anything set, the machine.</summary>
public sealed record DoctorRequest
{
    /// <summary>How closely.</summary>
    /// <value><see cref="DoctorLevel.Quick"/> by default.</value>
    public DoctorLevel Level { get; init; }

    /// <summary>The data sets.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<DoctorDataset> Datasets { get; init; } = [];

    /// <summary>The weights; where family and variant are given they must be of these.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<DoctorCheckpoint> Checkpoints { get; init; } = [];

    /// <summary>The vocabulary file.</summary>
    /// <value>Null by default: it is not looked at.</value>
    public string? Vocabulary { get; init; }

    /// <summary>The device that shall compute, for example <c>cuda</c>.</summary>
    /// <value>Null by default: all that are there are listed.</value>
    public string? Device { get; init; }

    /// <summary>The folder that training and evaluation will write to.</summary>
    /// <value>Null by default: the current folder.</value>
    public string? OutputFolder { get; init; }

    /// <summary>The folder in which a run of <see cref="DoctorLevel.Full"/> keeps <c>doctor-media.partial</c>: stopped or killed, the next goes on behind what was decoded.</summary>
    /// <remarks>A file that was changed since is decoded again, and so are those with faults. The record is removed when the check of media comes to its end.</remarks>
    /// <value>Null by default: no record is kept.</value>
    public string? RecordFolder { get; init; }

    /// <summary>Files that are read at the same time.</summary>
    /// <value>The number of processors by default; at least 1.</value>
    [Range(1, 1024)]
    public int Workers { get; init; } = Math.Min(1024, Environment.ProcessorCount);

    /// <summary>Whether the machine is looked at too: programs, native libraries, devices, disks, memory.</summary>
    /// <value>True by default.</value>
    public bool Machine { get; init; } = true;
}

/// <summary>Weights to look at.</summary>
/// <param name="Reference">What they are called, and of which family and variant they must be; empty for any.</param>
public sealed record DoctorCheckpoint(CheckpointReference Reference)
{
    /// <summary>Compares a file with the model that it is for, keys and shapes, without loading values; throws <see cref="CheckpointException"/> where it does not fit.</summary>
    /// <value>Null by default: only what the keys tell about family and sizes is compared.</value>
    public Action<string>? RequireFit { get; init; }
}
