namespace CoVR.Training.Mpi;

/// <summary>Open MPI was not found, one of its calls failed, or a rank that <see cref="MpiLauncher"/> started failed.</summary>
/// <param name="message">What failed, why, and how to mend it.</param>
public sealed class MpiException(string message) : CoVRException(message)
{
    private const string InstallAdvice =
        "Training with several processes needs Open MPI 2 or newer: on Debian and Ubuntu 'apt install openmpi-bin', on Fedora 'dnf install openmpi', " +
        "on macOS 'brew install open-mpi'; on Windows use WSL. If it is installed elsewhere, set COVR_MPI_LIBRARY to the library and COVR_MPIRUN to mpirun. " +
        "A single process (trainer.devices=1) does not need it.";

    /// <summary>mpirun's exit code: that of the rank that failed first, or 128 + the signal that killed it.</summary>
    /// <value>Null: no rank was started.</value>
    public int? ExitCode { get; init; }

    /// <summary>The rank that failed first, counted from 0.</summary>
    /// <value>Null: none did, or mpirun does not say.</value>
    public int? FailedRank { get; init; }

    /// <summary>Open MPI is not installed on this machine, or was not found.</summary>
    internal static MpiException NotFound(string what, IReadOnlyList<string> searched) =>
        new($"{what} of Open MPI was not found (looked for {string.Join(", ", searched)}). {InstallAdvice}");
}
