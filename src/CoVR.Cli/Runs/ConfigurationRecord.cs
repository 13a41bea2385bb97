using CoVR.Reproduction.Configuration;
using CoVR.Training;

namespace CoVR.Cli.Runs;

/// <summary>Saves the configuration when a training begins or goes on: one that is refused leaves what the folder was trained with.</summary>
/// <param name="config">The configuration.</param>
internal sealed class ConfigurationRecord(ComposedConfiguration config) : IRunLogger
{
    /// <inheritdoc/>
    public void Start(RunStart start) => config.Save();

    /// <inheritdoc/>
    public void LogStep(StepRecord record)
    {
    }

    /// <inheritdoc/>
    public void LogEpoch(EpochRecord record)
    {
    }
}
