namespace CoVR.Training;

/// <summary>Open MPI, which training with several processes needs, is not on this machine.</summary>
/// <param name="what">What was looked for, for example <c>mpirun</c>.</param>
/// <param name="searched">Where.</param>
public sealed class MpiNotFoundException(string what, IReadOnlyList<string> searched)
    : CoVRException($"{what} of Open MPI was not found (looked for {string.Join(", ", searched)}). {InstallAdvice}")
{
    /// <summary>How Open MPI is installed.</summary>
    public const string InstallAdvice =
        "Training with several processes needs Open MPI 2 or newer: on Debian and Ubuntu 'apt install openmpi-bin', on Fedora 'dnf install openmpi', " +
        "on macOS 'brew install open-mpi'; on Windows use WSL. Where it lies elsewhere, name the library in COVR_MPI_LIBRARY and the program in COVR_MPIRUN. " +
        "With one process (trainer.devices=1) it is not needed.";

    /// <summary>Where it was looked for.</summary>
    public IReadOnlyList<string> Searched { get; } = searched;
}
