using System.Globalization;

namespace CoVR.Training;

/// <summary>Which of several processes this one is, as mpirun or a scheduler says in the environment. MPI is not needed to ask.</summary>
/// <param name="Rank">Counted from 0.</param>
/// <param name="Size">How many there are.</param>
/// <param name="LocalRank">Counted from 0 on this machine; chooses the device where each rank has one of its own.</param>
public sealed record RankPlace(int Rank, int Size, int LocalRank)
{
    private static readonly (string Rank, string Size, string Local)[] Conventions =
    [
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK"), // Open MPI
        ("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID"), // PMI-1 and -2, srun --mpi=pmi2
        ("PMIX_RANK", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID"), // srun --mpi=pmix
    ];

    /// <summary>Reads the environment.</summary>
    /// <returns>The place; null when nothing started this process as one of several.</returns>
    public static RankPlace? Detect() => Detect(Environment.GetEnvironmentVariable);

    internal static RankPlace? Detect(Func<string, string?> environment) => Conventions
        .Select(names => Number(environment(names.Rank)) is { } rank && Number(environment(names.Size)) is { } size && rank < size
            ? new RankPlace(rank, size, Number(environment(names.Local)) ?? 0)
            : null)
        .FirstOrDefault(place => place is not null);

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
