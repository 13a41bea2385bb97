namespace CoVR.Reproduction.Configuration;

/// <summary>What takes the place of Hydra's own options, for users of the Python repository.</summary>
internal static class HydraFlags
{
    /// <summary>What to do instead of a sweep over several values.</summary>
    public const string Sweeps = "One run takes one value of each; covr train -m runs every combination: covr train -m model.optimizer.lr=1e-4,1e-5 seed=1,2,3";

    private const string Shows = "covr train --show-config prints the composed configuration, or part of it, with the origin of each value.";
    private const string Folders = "--config-dir FOLDER names a folder of configurations of your own.";
    private const string Saved = "--config FILE uses the configuration of an earlier run.";

    private static readonly Dictionary<string, string> Counterparts = new(StringComparer.Ordinal)
    {
        ["--cfg"] = Shows,
        ["-c"] = Shows,
        ["--info"] = Shows,
        ["-i"] = Shows,
        ["--resolve"] = Shows,
        ["--package"] = Shows,
        ["-p"] = Shows,
        ["--multirun"] = Sweeps,
        ["-m"] = Sweeps,
        ["--config-name"] = Saved,
        ["-cn"] = Saved,
        ["--experimental-rerun"] = Saved,
        ["--config-path"] = Folders,
        ["-cp"] = Folders,
        ["-cd"] = Folders,
        ["--hydra-help"] = "--help lists the options.",
    };

    /// <summary>The replacement for an option of Hydra; null if it is not one.</summary>
    public static string? Counterpart(string option) => Counterparts.GetValueOrDefault(option);
}
