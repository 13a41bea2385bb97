using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using CoVR.Modeling.Inference;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>The assignment of a file's tensors to a module, made and checked before anything is copied.</summary>
/// <remarks>Used inside one dispose scope, which owns the reshaped tensors.</remarks>
internal sealed class LoadPlan
{
    private const int MostReaders = 8;
    private const string Compiled = "_orig_mod.";
    private readonly Checkpoint _checkpoint;
    private readonly CheckpointMap _map;
    private readonly List<(CheckpointTensor Source, Tensor Destination, Tensor? Reshaped)> _copies = [];
    private readonly List<string> _taken = [];
    private readonly List<string> _reshaped = [];
    private readonly List<string> _ignored = [];
    private readonly List<string> _unexpected = [];
    private readonly List<string> _missing = [];
    private readonly OrderedDictionary<string, string> _misshapen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<long>> _shapes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _state;
    private readonly string? _firstSource;
    private readonly string? _firstDestination;

    /// <summary>Compares a file with a module.</summary>
    public LoadPlan(nn.Module module, Checkpoint checkpoint, IEnumerable<CheckpointTensor> sources, CheckpointMap map)
    {
        (_checkpoint, _map) = (checkpoint, map);
        _state = module.state_dict();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            var key = map.Translate(source.Name);
            _shapes[key] = source.Shape;
            _firstSource ??= source.Name;
            if (!seen.Add(key))
            {
                throw checkpoint.Error($"two of its keys map to the module's '{key}'; one is '{source.Name}'");
            }

            Assign(key, source, _state.GetValueOrDefault(key));
        }

        _missing.AddRange(_state.Keys.Where(key => !seen.Contains(key)));
        _firstDestination = _state.Keys.FirstOrDefault();
    }

    /// <summary>Throws unless the file fits, apart from what the map allows.</summary>
    public void ThrowOnMismatch()
    {
        var taken = _copies.Select(copy => copy.Destination.Handle).ToHashSet();
        string[] missing = [.. _missing.Where(key => !KeyPattern.MatchesAny(_map.Optional, key) && !taken.Contains(_state[key].Handle))];
        if (missing.Length + _unexpected.Count + _misshapen.Count > 0)
        {
            throw new CheckpointException(_checkpoint.Path, missing, _unexpected, _misshapen, Hint());
        }
    }

    /// <summary>Compares the checksums of all that will be copied, so that damage is found before anything is changed.</summary>
    public void Verify()
    {
        foreach (var (source, _, _) in _copies)
        {
            source.Verify();
        }
    }

    /// <summary>Copies the values, several tensors at a time: most of the time goes into the first touch of fresh memory, which every core can do.</summary>
    /// <exception cref="InvalidOperationException">The module's weights are packed for inference.</exception>
    public void Copy()
    {
        if (_copies.Any(copy => copy.Destination.is_meta || OneDnn.IsPacked(copy.Destination)))
        {
            throw new InvalidOperationException("The model's weights are packed for inference and cannot be overwritten: load the other weights into a model of their own.");
        }

        var last = LastNames();
        var copies = Partitioner.Create(_copies.Where((_, i) => last.Contains(_taken[i])), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(copies, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, MostReaders) }, Copy);
        }
        catch (AggregateException error)
        {
            if (error.InnerExceptions[0] is CheckpointException damage)
            {
                throw new CheckpointException(
                    damage.File, $"{damage.Reason}. Some of the {_copies.Count} tensors had been copied already: discard the model (or load with verifyFirst, which reads the file twice).", damage);
            }

            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
    }

    /// <summary>The outcome for every key.</summary>
    public LoadReport Report() => new(_checkpoint.Path)
    {
        Taken = _taken,
        Reshaped = _reshaped,
        Ignored = _ignored,
        Missing = _missing,
        Unexpected = _unexpected,
        Misshapen = _misshapen,
    };

    /// <summary>Of tensors that the module lists under several names the last that the file holds counts, as in PyTorch, whatever the file's order.</summary>
    private HashSet<string> LastNames()
    {
        var taken = _taken.ToHashSet(StringComparer.Ordinal);
        Dictionary<nint, string> last = [];
        foreach (var (key, tensor) in _state.Where(entry => taken.Contains(entry.Key)))
        {
            last[tensor.Handle] = key;
        }

        return last.Values.ToHashSet(StringComparer.Ordinal);
    }

    private static void Copy((CheckpointTensor Source, Tensor Destination, Tensor? Reshaped) copy)
    {
        if (copy.Reshaped is null)
        {
            copy.Source.CopyTo(copy.Destination);
            return;
        }

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        copy.Destination.detach().copy_(copy.Reshaped);
    }

    private void Assign(string key, CheckpointTensor source, Tensor? destination)
    {
        if (destination is null)
        {
            (KeyPattern.MatchesAny(_map.Ignored, key) ? _ignored : _unexpected).Add(key);
        }
        else if (source.Shape.SequenceEqual(destination.shape))
        {
            _copies.Add((source, destination, null));
            _taken.Add(key);
        }
        else if (Reshape(key, source, destination.shape) is { } reshaped)
        {
            _copies.Add((source, destination, reshaped));
            _taken.Add(key);
            _reshaped.Add(key);
        }
        else
        {
            _misshapen[key] = CheckpointException.DescribeShapes(destination.shape, source.Shape);
        }
    }

    private Tensor? Reshape(string key, CheckpointTensor source, long[] shape)
    {
        var reshaped = KeyPattern.MatchesAny(_map.Reshaped, key) ? _map.Reshape(key, source.Read().to(ScalarType.Float32), shape) : null;
        return reshaped is null || reshaped.shape.AsSpan().SequenceEqual(shape)
            ? reshaped
            : throw new InvalidOperationException($"The map's Reshape turned '{key}' into [{string.Join(", ", reshaped.shape)}] instead of [{string.Join(", ", shape)}].");
    }

    private string? Hint()
    {
        if (_firstSource is null)
        {
            return "The file has no tensors at its top level; perhaps they are in a nested dictionary (CheckpointMap.Root).";
        }

        if (_unexpected.Any(key => key.Contains(Compiled, StringComparison.Ordinal)))
        {
            return $"Keys contain '{Compiled}': the weights were saved from a model compiled by torch.compile. Save the state dict of the model before it is compiled (model._orig_mod), or remove '{Compiled}' from the keys.";
        }

        var model = StateDictSignature.Of(_state.ToDictionary(entry => entry.Key, IReadOnlyList<long> (entry) => entry.Value.shape, StringComparer.Ordinal));
        if (StateDictSignature.Of(_shapes).Misfit(model) is { } misfit)
        {
            return misfit;
        }

        return _taken.Count == 0
            ? $"No key matches: the file's keys look like '{_firstSource}', the model's like '{_firstDestination}'. It seems to be a different architecture."
            : null;
    }
}
