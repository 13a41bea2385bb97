namespace CoVR.Training.Mpi;

/// <summary>An MPI call failed.</summary>
/// <param name="message">What failed and why.</param>
public class MpiException(string message) : CoVRException(message);

/// <summary>Open MPI is not installed on this machine, or was not found.</summary>
/// <param name="what">What was looked for, for example <c>mpirun</c>.</param>
/// <param name="searched">Where.</param>
public sealed class MpiNotFoundException(string what, IReadOnlyList<string> searched)
    : MpiException($"{what} of Open MPI was not found (looked for {string.Join(", ", searched)}). {InstallAdvice}")
{
    private const string InstallAdvice =
        "Training with several processes needs Open MPI 2 or newer: on Debian and Ubuntu 'apt install openmpi-bin', on Fedora 'dnf install openmpi', " +
        "on macOS 'brew install open-mpi'; on Windows use WSL. If it is installed elsewhere, set COVR_MPI_LIBRARY to the library and COVR_MPIRUN to mpirun. " +
        "A single process (trainer.devices=1) does not need it.";
}
