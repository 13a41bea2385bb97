using System.Text.Json;
using CoVR.Distributed;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>What a run does together with the other ranks; nothing at all in a single process.</summary>
internal sealed class RunRanks(ICollective? collective)
{
    private readonly ICollective? _collective = collective is { Size: > 1 } ? collective : null;
    private IReadOnlyList<Parameter>? _trained;

    internal int Rank => _collective?.Rank ?? 0;

    internal int Count => _collective?.Size ?? 1;

    /// <summary>Whether this process logs, reports and saves.</summary>
    internal bool IsFirst => Rank == 0;

    /// <summary>The token for work that one rank may not leave alone.</summary>
    internal CancellationToken OwnWork(CancellationToken token) => _collective is null ? token : CancellationToken.None;

    /// <summary>Ranks stop together: after the same step, when any of them was asked to.</summary>
    /// <exception cref="OperationCanceledException">The run is stopped.</exception>
    internal void ThrowIfStopped(CancellationToken token)
    {
        if (_collective is null)
        {
            token.ThrowIfCancellationRequested();
        }
        else if (_collective.Any(token.IsCancellationRequested))
        {
            throw new OperationCanceledException("The run was stopped.", token);
        }
    }

    /// <summary>Makes all ranks start as rank 0 does: weights, optimiser, position; and each with its own random state.</summary>
    /// <param name="start">Of rank 0.</param>
    /// <param name="random">The random states that rank 0 read; null on other ranks and for a run from the start.</param>
    /// <returns>The start of rank 0.</returns>
    internal RankStart Share(
        RankStart start, IReadOnlyDictionary<string, string> settings, TrainedModules modules, AdamWOptimizer optimizer, IReadOnlyDictionary<string, Tensor>? random)
    {
        if (_collective is null)
        {
            RandomState.Restore(random ?? new Dictionary<string, Tensor>());
            return start;
        }

        using var scope = NewDisposeScope();
        RankTensors.RequireSameSettings(_collective, settings);
        start = JsonSerializer.Deserialize(
            _collective.BroadcastBytes(JsonSerializer.SerializeToUtf8Bytes(start, RankJson.Default.RankStart)), RankJson.Default.RankStart)!;
        RankTensors.Overwrite(_collective, modules.Weights());
        if (start.Resumes)
        {
            var history = RankTensors.Share(_collective, IsFirst ? optimizer.State() : null);
            if (!IsFirst)
            {
                optimizer.Load(history);
            }

            RandomState.Restore(OwnRandom(RankTensors.Share(_collective, random)));
        }

        return start;
    }

    /// <summary>Replaces the gradients by their means over the ranks, as data-parallel training does.</summary>
    internal void AverageGradients(TrainedModules modules)
    {
        if (_collective is not null)
        {
            GradientBuckets.Average(_collective, _trained ??= [.. modules.Trainable().Select(named => named.Value)]);
        }
    }

    /// <summary>What all ranks left out of a step, in their order.</summary>
    internal IReadOnlyList<SkippedItem> Gather(IReadOnlyList<SkippedItem> own)
    {
        if (_collective is null || !_collective.Any(own.Count > 0))
        {
            return own;
        }

        RankSkipped[] message = [.. own.Select(item => new RankSkipped(item.Item, item.Media.Value, item.Reason))];
        var all = _collective.GatherBytes(JsonSerializer.SerializeToUtf8Bytes(message, RankJson.Default.RankSkippedArray));
        return
        [
            .. all.SelectMany(bytes => JsonSerializer.Deserialize(bytes, RankJson.Default.RankSkippedArray)!)
                .Select(item => new SkippedItem(item.Item, new MediaId(item.Media), item.Reason)),
        ];
    }

    /// <summary>The random states of all ranks on rank 0; the caller owns them.</summary>
    internal Dictionary<string, Tensor> CaptureRandom()
    {
        var own = RandomState.Capture();
        if (_collective is null)
        {
            return own;
        }

        foreach (var (name, state) in own.OrderBy(entry => entry.Key, StringComparer.Ordinal).ToList())
        {
            using var all = _collective.AllGather(state);
            for (var rank = 1; rank < Count; rank++)
            {
                own[$"rank{rank}/{name}"] = all.select(0, rank).clone().DetachFromDisposeScope();
            }
        }

        return own;
    }

    /// <summary>What rank 0 found, for all: it decides which weights are the best.</summary>
    internal ValidationReport Share(ValidationReport own)
    {
        if (_collective is null)
        {
            return own;
        }

        var message = JsonSerializer.SerializeToUtf8Bytes(new RankMetrics(new(own.Metrics), own.PrimaryMetric), RankJson.Default.RankMetrics);
        var first = JsonSerializer.Deserialize(_collective.BroadcastBytes(message), RankJson.Default.RankMetrics)!;
        return IsFirst ? own : new ValidationReport(first.Metrics, first.PrimaryMetric);
    }

    private Dictionary<string, Tensor> OwnRandom(IReadOnlyDictionary<string, Tensor> all)
    {
        var prefix = IsFirst ? string.Empty : $"rank{Rank}/";
        return all.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value, StringComparer.Ordinal);
    }
}
