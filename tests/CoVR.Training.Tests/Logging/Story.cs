using CoVR.Training.Logging;
using CoVR.Training.Tests.Fakes;

namespace CoVR.Training.Tests.Logging;

/// <summary>What loggers are told of runs: two epochs of three steps, also stopped, killed and resumed on the way.</summary>
internal static class Story
{
    internal static readonly Dictionary<string, string> Configuration = new()
    {
        ["seed"] = "1234",
        ["model.name"] = "blip: \"large\"",
        ["model.lr"] = "1e-05",
        ["data.path"] = "a\\b c",
    };

    internal static void Start(IRunLogger logger, int epoch = 0, long step = 0) => logger.Start(epoch, step, 6, Configuration);

    internal static void Steps(IRunLogger logger, int from, int to)
    {
        for (var step = from; step <= to; step++)
        {
            logger.LogStep(new StepRecord((step - 1) / 3, step, 0.5 / step, 1.0 / step, new Dictionary<string, double> { ["si_ti"] = 2.0 / step }, null));
        }
    }

    internal static void Epoch(IRunLogger logger, int epoch) =>
        logger.LogEpoch(new EpochRecord(epoch, 3 * (epoch + 1), 0.25 * (epoch + 1), TinyRuns.Report(10 + epoch)));

    /// <summary>The whole run without a stop.</summary>
    internal static void Whole(IRunLogger logger)
    {
        Start(logger);
        Steps(logger, 1, 3);
        Epoch(logger, 0);
        Steps(logger, 4, 6);
        Epoch(logger, 1);
        logger.Finish(null);
    }
}
