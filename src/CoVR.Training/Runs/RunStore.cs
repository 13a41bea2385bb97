using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Training.Optimization;
using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>The output folder of a run: run state and weights.</summary>
internal sealed class RunStore : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly TrainedModules _modules;
    private readonly AdamWOptimizer _optimizer;
    private readonly RunStateFile _state;
    private readonly string _frozen;
    private long? _safe;

    internal RunStore(TrainingOptions options, IReadOnlyDictionary<string, string> settings, TrainedModules modules, AdamWOptimizer optimizer)
    {
        (_options, _settings, _modules, _optimizer) = (options, settings, modules, optimizer);
        _frozen = Checkpoint.HashWeights(modules.Frozen());
        _state = new RunStateFile(options.OutputFolder!);
    }

    public void Dispose() => _state.Dispose();

    /// <summary>Restores a saved state, or removes it for a fresh run.</summary>
    /// <returns>The position of the run and the random states, which the caller's dispose scope owns; null for a fresh run.</returns>
    internal (RunCursor Cursor, IReadOnlyDictionary<string, Tensor> Random)? Resume()
    {
        Guard(_state.Path, _state.RemoveUnfinished);
        if (!_state.Exists || !_options.Resume)
        {
            Guard(_state.Path, _state.Delete);
            return null;
        }

        var saved = _state.Load(_settings, _frozen, _modules, _optimizer);
        _safe = saved.Cursor.Step;
        return saved;
    }

    internal void Save(RunCursor cursor, IReadOnlyDictionary<string, Tensor> random)
    {
        Guard(_state.Path, () => _state.Save(new RunStateHeader { Cursor = cursor, Settings = _settings, Frozen = _frozen }, _modules, _optimizer, random));
        _safe = cursor.Step;
    }

    /// <summary>Called before the state of the finished epoch is saved: if it fails, a resumed run repeats the end of the epoch.</summary>
    internal void SaveWeights(RunCursor finished) => Guard(_options.OutputFolder!, () =>
    {
        using var scope = NewDisposeScope();
        WeightsFiles.Write(_options, _modules.ModelWeights(), finished);
    });

    private void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var safe = _safe is { } step ? $"The state of step {step} is still there: free some disk space or repair the folder, and run again to resume from it."
                : _state.Exists ? "The saved state is still there." : "Nothing was saved before.";
            throw new CheckpointException(path, $"it cannot be written: {error.Message.TrimEnd('.')}. {safe}", error);
        }
    }
}
