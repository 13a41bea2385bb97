using CoVR.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>The output folder of a run: the run state, and the weights that are left behind.</summary>
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
        _frozen = WeightsHash.OfState(modules.Frozen());
        _state = new RunStateFile(options.OutputFolder!);
    }

    public void Dispose() => _state.Dispose();

    /// <summary>Puts a saved state back, or removes it when the run shall start anew.</summary>
    /// <returns>Where the run is, with the random states, which the caller's dispose scope owns; null for a run from the start.</returns>
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

    /// <summary>Comes before the state of the finished epoch: when it fails, the state before repeats the epoch's end.</summary>
    internal void SaveWeights(RunCursor finished) => Guard(_options.OutputFolder!, () =>
    {
        using var scope = NewDisposeScope();
        new WeightsFiles(_options.OutputFolder!, _options.Weights, _options.Keep).Write(_modules.ModelWeights(), finished);
    });

    private void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var safe = _safe is { } step ? $"The state of step {step} is still there: make room or mend the folder, and the same call goes on from it."
                : _state.Exists ? "The saved state is still there."
                : "Nothing was saved before.";
            throw new RunStateException(path, $"it cannot be written: {error.Message.TrimEnd('.')}. {safe}", error);
        }
    }
}
