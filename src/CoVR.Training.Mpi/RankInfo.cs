using System.Globalization;

namespace CoVR.Training.Mpi;

/// <summary>Which rank this process is, read from the environment variables of mpirun or a scheduler; MPI itself is not needed.</summary>
/// <param name="Rank">Counted from 0.</param>
/// <param name="Size">How many ranks there are.</param>
/// <param name="LocalRank">Counted from 0 on this machine; selects the device when each rank has its own.</param>
public sealed record RankInfo(int Rank, int Size, int LocalRank)
{
    private static readonly (string Rank, string Size, string Local)[] Conventions =
    [
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"), // Open MPI
        ("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"), // PMI-1 and -2, srun --mpi=pmi2
        ("PMIX_RANK", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID"), // srun --mpi=pmix
    ];

    /// <summary>Reads the environment variables.</summary>
    /// <returns>The rank; null if this process was not started as one of several.</returns>
    public static RankInfo? Detect() => Detect(Environment.GetEnvironmentVariable);

    internal static RankInfo? Detect(Func<string, string?> environment) => Conventions
        .Select(names => Number(environment(names.Rank)) is { } rank && Number(environment(names.Size)) is { } size && rank < size
            ? new RankInfo(rank, size, Number(environment(names.Local)) ?? 0)
            : null)
        .FirstOrDefault(info => info is not null);

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
