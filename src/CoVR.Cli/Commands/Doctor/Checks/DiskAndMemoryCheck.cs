using CoVR.Checkpoints;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>Disks and main memory: whether there is enough for outputs, weights and the embeddings still missing.</summary>
/// <param name="checkpoints">Where weights are kept.</param>
/// <param name="freeBytes">The free bytes of a folder's disk; null: unknown.</param>
/// <param name="memoryBytes">The memory that this process may use.</param>
internal sealed class DiskAndMemoryCheck(CheckpointOptions checkpoints, Func<string, long?>? freeBytes = null, Func<long>? memoryBytes = null) : IDoctorCheck
{
    private const long LeastFree = 1L << 30;
    private const long LeastMemory = 4L << 30;
    private const int FramesOfVideos = 15;
    private const double TrainingStates = 6; // weights, two moments and gradients, and two checkpoints of the whole beside the last

    public string Name => "room";

    public async ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        if (!context.Request.Machine)
        {
            return;
        }

        var weights = WeightBytes(context);
        Require(context, "outputs", context.Request.OutputFolder ?? Directory.GetCurrentDirectory(), Math.Max(LeastFree, (long)(TrainingStates * weights)));
        Require(context, "downloaded weights", checkpoints.CacheFolder, LeastFree);
        foreach (var dataset in context.Request.Datasets.Where(dataset => dataset.Embeddings.Count > 0))
        {
            Require(context, $"embeddings of {dataset.Name}", dataset.Embeddings[0], await BytesToComeAsync(context, dataset, cancellationToken));
        }

        RequireMemory(context, Math.Max(LeastMemory, (long)(1.3 * weights)));
    }

    private static long WeightBytes(DoctorContext context) => context.Findings
        .Where(finding => finding is { Kind: FindingKinds.CheckpointRead, File: not null } && File.Exists(finding.File))
        .Sum(finding => new FileInfo(finding.File!).Length);

    /// <summary>The size of the missing embeddings: F x Q x D numbers of four bytes each.</summary>
    private static async ValueTask<long> BytesToComeAsync(DoctorContext context, DoctorDataset dataset, CancellationToken cancellationToken)
    {
        var missing = context.Findings.Count(finding => finding.Remedy == Remedy.Embed && finding.Dataset == dataset.Name);
        var splits = await context.ReadAsync(dataset, cancellationToken);
        var isVideo = splits.SelectMany(split => split.Content.Dataset.Candidates).Take(1).Any(id => MediaCheck.IsVideo(dataset.Reader.Locate(id)));
        var (vectors, dimensions) = dataset.ExpectedFingerprint is { Vectors: > 0, Dimensions: > 0 } known ? (known.Vectors, known.Dimensions) : (32, 256);
        return (long)missing * (isVideo ? FramesOfVideos : 1) * vectors * dimensions * sizeof(float);
    }

    private void Require(DoctorContext context, string what, string folder, long needed)
    {
        if ((freeBytes ?? FreeBytes)(folder) is not { } free)
        {
            return;
        }

        context.Report(free < needed
            ? new Finding(Severity.Warning, FindingKinds.Disk, FormattableString.Invariant($"{Size(free)} are free for {what}, but about {Size(needed)} will be needed.")) { File = folder, Fix = "Free some space, or choose a folder on another disk." }
            : new Finding(Severity.Note, FindingKinds.Disk, FormattableString.Invariant($"{Size(free)} free for {what}{(needed > LeastFree ? $", about {Size(needed)} needed" : "")}")) { File = folder });
    }

    private void RequireMemory(DoctorContext context, long needed)
    {
        var there = memoryBytes?.Invoke() ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        context.Report(there < needed
            ? new Finding(Severity.Warning, FindingKinds.Memory, FormattableString.Invariant($"the process may use {Size(there)} of memory, but about {Size(needed)} will be needed.")) { Fix = "Use a smaller batch or model, or a machine with more memory." }
            : new Finding(Severity.Note, FindingKinds.Memory, $"{Size(there)} of memory"));
    }

    private static long? FreeBytes(string folder)
    {
        for (var path = Path.GetFullPath(folder); path is not null; path = Path.GetDirectoryName(path))
        {
            if (Directory.Exists(path))
            {
                try
                {
                    return new DriveInfo(path).AvailableFreeSpace;
                }
                catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
                {
                    return null;
                }
            }
        }

        return null;
    }

    private static string Size(long bytes) => bytes >= 1L << 30
        ? FormattableString.Invariant($"{bytes / (double)(1L << 30):F1} GiB")
        : FormattableString.Invariant($"{bytes / (double)(1L << 20):F1} MiB");
}
