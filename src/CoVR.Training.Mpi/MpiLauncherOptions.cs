using System.ComponentModel.DataAnnotations;

namespace CoVR.Training.Mpi;

/// <summary>Options of <see cref="MpiLauncher"/>.</summary>
public sealed class MpiLauncherOptions
{
    /// <summary>R, the number of processes to start, at least 1.</summary>
    /// <value>2.</value>
    [Range(1, 100_000)]
    public int Ranks { get; set; } = 2;

    /// <summary>More arguments of mpirun, for example <c>--hostfile</c> and its file.</summary>
    /// <value>Empty.</value>
    [Required]
    public IReadOnlyList<string> MpirunArguments { get; set; } = [];

    /// <summary>Environment variables of the ranks, in addition to those of this process. <c>OMP_NUM_THREADS</c> defaults to an equal share of the processors.</summary>
    /// <value>Empty.</value>
    [Required]
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    /// <summary>Receives the standard output of the ranks, line by line.</summary>
    /// <value>Discarded.</value>
    [Required]
    public TextWriter Output { get; set; } = TextWriter.Null;

    /// <summary>Receives the standard error of the ranks, line by line; mpirun's own failure report goes into the <see cref="MpiException"/> instead.</summary>
    /// <value>Discarded.</value>
    [Required]
    public TextWriter Errors { get; set; } = TextWriter.Null;

    /// <summary>How long ranks may take to finish their step and save after a stop was requested; then they are killed.</summary>
    /// <value>Two minutes.</value>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromMinutes(2);
}
