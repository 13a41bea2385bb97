using System.ComponentModel.DataAnnotations;

namespace CoVR.Training;

/// <summary>How <see cref="RankLauncher"/> starts ranks.</summary>
public sealed class RankLauncherOptions
{
    /// <summary>R, how many processes are started, at least 1.</summary>
    /// <value>2.</value>
    [Range(1, 100_000)]
    public int Ranks { get; set; } = 2;

    /// <summary>Further arguments of mpirun, for example <c>--hostfile</c> and its file.</summary>
    /// <value>Empty.</value>
    [Required]
    public IReadOnlyList<string> MpirunArguments { get; set; } = [];

    /// <summary>Variables of the ranks beside those of this process. <c>OMP_NUM_THREADS</c>, the threads of one rank, is set to a fair share of the processors unless it is set already.</summary>
    /// <value>Empty.</value>
    [Required]
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    /// <summary>What ranks print on standard output goes here, line by line.</summary>
    /// <value>Nowhere.</value>
    [Required]
    public TextWriter Output { get; set; } = TextWriter.Null;

    /// <summary>What ranks print on standard error goes here, line by line; mpirun's own report of a failure goes into <see cref="RankOutcome"/> instead.</summary>
    /// <value>Nowhere.</value>
    [Required]
    public TextWriter Errors { get; set; } = TextWriter.Null;

    /// <summary>How long ranks may take to finish their step and to save after a stop was asked for; then they are killed.</summary>
    /// <value>Two minutes.</value>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromMinutes(2);
}
