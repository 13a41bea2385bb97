using System.Text.Json;
using CoVR.Cli.Hosting;
using CoVR.Modeling.Checkpoints;
using CoVR.Reproduction.Configuration;

namespace CoVR.Cli.Commands.Train;

/// <summary><c>covr train -m</c>: every combination once, one after the other, then their table.</summary>
/// <param name="host">The host.</param>
/// <param name="compose">Composes the configuration of overrides.</param>
/// <param name="train">Trains and tests by a configuration; gives the exit code and the best figure of validation.</param>
internal sealed class SweepRun(
    CommandHost host, Func<IReadOnlyList<string>, ComposedConfiguration> compose, Func<ComposedConfiguration, CancellationToken, Task<(int ExitCode, double? Best)>> train)
{
    // Written when a combination is finished, and read to leave it out the next time.
    private const string Marker = "sweep-run.json";

    /// <summary>Runs the combinations.</summary>
    /// <param name="combinations">The combinations.</param>
    /// <param name="fresh">Whether finished ones run again.</param>
    /// <param name="cancellationToken">Stops the running one, whose state is saved, and the sweep.</param>
    /// <returns>The exit code: a failure if one combination failed.</returns>
    public async Task<int> RunAsync(IReadOnlyList<SweepCombination> combinations, bool fresh, CancellationToken cancellationToken)
    {
        var folder = Folder(combinations);
        host.Say($"{combinations.Count} combinations, in {host.Shown(folder)}");
        List<SweepOutcome> outcomes = [];
        foreach (var combination in combinations)
        {
            var place = $"{outcomes.Count + 1}/{combinations.Count} {string.Join(' ', combination.Swept)}";
            var outcome = new SweepOutcome(combination, Path.Combine(folder, combination.FolderName));
            var known = fresh ? null : Finished(outcome);
            host.Say(known is null ? $"{place}: starts" : $"{place}: finished before");
            outcomes.Add(known ?? await RunAsync(outcome, cancellationToken));
        }

        await new SweepTable(host).WriteAsync(folder, outcomes, cancellationToken);
        return outcomes.Any(outcome => outcome.Fault is not null) ? ExitCodes.Failed : ExitCodes.Done;
    }

    // A combination may be one that no configuration fits; another then says where the folder is.
    private string Folder(IReadOnlyList<SweepCombination> combinations)
    {
        ConfigurationException? fault = null;
        foreach (var combination in combinations)
        {
            try
            {
                return compose(combination.Overrides).File("hydra.sweep.dir");
            }
            catch (ConfigurationException error)
            {
                fault ??= error;
            }
        }

        throw fault!;
    }

    private async Task<SweepOutcome> RunAsync(SweepOutcome outcome, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(outcome.Folder);
            File.Delete(Path.Combine(outcome.Folder, Marker));
            var config = compose([.. outcome.Combination.Overrides, $"hydra.run.dir='{outcome.Folder.Replace("'", "\\'", StringComparison.Ordinal)}'"]);
            var (code, best) = await train(config, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (code != ExitCodes.Done)
            {
                return outcome with { Fault = $"it ended with exit code {code}." };
            }

            AtomicFile.Write(Path.Combine(outcome.Folder, Marker), file => file.Write(JsonSerializer.SerializeToUtf8Bytes(new MarkerFile(outcome.Combination.Overrides, best))));
            return outcome with { Best = best };
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var fault = ErrorText.Of(error, host.Logs.Verbose);
            await host.Error.WriteLineAsync($"error: {string.Join(' ', outcome.Combination.Swept)}: {fault}");
            return outcome with { Fault = fault };
        }
    }

    private static SweepOutcome? Finished(SweepOutcome outcome)
    {
        var file = Path.Combine(outcome.Folder, Marker);
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            var known = JsonSerializer.Deserialize<MarkerFile>(File.ReadAllBytes(file));
            return known?.Overrides is { } overrides && overrides.SequenceEqual(outcome.Combination.Overrides) ? outcome with { Best = known.Best } : null;
        }
        catch (JsonException)
        {
            return null; // not ours, or damaged: the combination runs, and resumes what it can
        }
    }

    private sealed record MarkerFile(IReadOnlyList<string> Overrides, double? Best);
}

/// <summary>What became of a combination.</summary>
/// <param name="Combination">The combination.</param>
/// <param name="Folder">Its run folder.</param>
/// <param name="Best">The best figure of validation; null without validation.</param>
/// <param name="Fault">Why it failed; null if it is finished.</param>
internal sealed record SweepOutcome(SweepCombination Combination, string Folder, double? Best = null, string? Fault = null);
