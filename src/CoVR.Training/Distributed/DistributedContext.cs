using System.Text.Json;
using System.Text.Json.Serialization;
using CoVR.Data;
using CoVR.Distributed;
using CoVR.Training.Batches;
using CoVR.Training.Optimization;
using CoVR.Training.Runs;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training.Distributed;

/// <summary>What ranks do together in a run; a no-op in a single process.</summary>
internal sealed class DistributedContext(ICollective? collective)
{
    private readonly ICollective? _collective = collective is { Size: > 1 } ? collective : null;
    private IReadOnlyList<Parameter>? _trained;

    internal int Rank => _collective?.Rank ?? 0;

    internal int Count => _collective?.Size ?? 1;

    /// <summary>Whether this process logs, reports and saves.</summary>
    internal bool IsFirst => Rank == 0;

    /// <summary>The token for work that a rank must not abandon on its own.</summary>
    internal CancellationToken OwnWork(CancellationToken token) => _collective is null ? token : CancellationToken.None;

    /// <summary>Stops all ranks after the same step if any of them was cancelled.</summary>
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

    /// <summary>Makes all ranks start like rank 0: weights, optimizer, position; each with its own random state.</summary>
    /// <param name="start">The start of rank 0; ignored on other ranks.</param>
    /// <param name="random">The random states that rank 0 read; null on other ranks and for a fresh run.</param>
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

    /// <summary>Averages the gradients over the ranks, as data-parallel training does.</summary>
    internal void AverageGradients(TrainedModules modules)
    {
        if (_collective is not null)
        {
            GradientBuckets.Average(_collective, _trained ??= [.. modules.Trainable().Select(named => named.Value)]);
        }
    }

    /// <summary>The items that all ranks left out of a step, in the order of ranks.</summary>
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

    /// <summary>The random states of all ranks, on rank 0; the caller owns them.</summary>
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

    /// <summary>The validation result of rank 0, which decides which weights are the best.</summary>
    internal RetrievalReport Share(RetrievalReport own)
    {
        if (_collective is null)
        {
            return own;
        }

        var message = JsonSerializer.SerializeToUtf8Bytes(new RankMetrics(new(own.Metrics), own.PrimaryMetric), RankJson.Default.RankMetrics);
        var first = JsonSerializer.Deserialize(_collective.BroadcastBytes(message), RankJson.Default.RankMetrics)!;
        return IsFirst ? own : own with { Metrics = first.Metrics, PrimaryMetric = first.PrimaryMetric };
    }

    private Dictionary<string, Tensor> OwnRandom(IReadOnlyDictionary<string, Tensor> all)
    {
        var prefix = IsFirst ? string.Empty : $"rank{Rank}/";
        return all.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value, StringComparer.Ordinal);
    }
}

/// <summary>Where rank 0 starts.</summary>
internal sealed record RankStart(bool Resumes, RunCursor Cursor);

/// <summary>The validation metrics of rank 0.</summary>
internal sealed record RankMetrics(Dictionary<string, double> Metrics, string PrimaryMetric);

/// <summary>An item that a rank left out of a batch.</summary>
internal sealed record RankSkipped(string Item, string Media, string Reason);

/// <summary>Name, element type and shape of a tensor that follows.</summary>
internal sealed record RankTensor(string Name, int Type, long[] Shape);

/// <summary>Source-generated JSON.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RankStart))]
[JsonSerializable(typeof(RankMetrics))]
[JsonSerializable(typeof(RankTensor[]))]
[JsonSerializable(typeof(RankSkipped[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class RankJson : JsonSerializerContext;
