using CoVR.Modeling;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>One process's part of a run. Everything happens on one thread, since libtorch keeps scopes, gradient mode and worker threads for each.</summary>
internal sealed class TrainingSession<TBatch> : IDisposable
    where TBatch : IDisposable
{
    private readonly TrainingRun<TBatch> _run;
    private readonly TrainingOptions _options;
    private readonly SessionServices _services;
    private readonly RunRanks _ranks;
    private readonly TrainedModules _modules;
    private readonly AdamWOptimizer _optimizer;
    private readonly ILearningRateSchedule _schedule;
    private readonly long _totalSteps;
    private readonly long _started;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly RunStateFile? _state;
    private RunCursor _cursor = new();
    private double? _lastLoss;

    internal TrainingSession(TrainingRun<TBatch> run, TrainingOptions options, SessionServices services)
    {
        _ranks = new RunRanks(run.Collective);
        (_run, _options, _services) = (_ranks.IsFirst ? run : run with { Loggers = [] }, options, _ranks.IsFirst ? services : services.Silent());
        _modules = new TrainedModules(run.Step.Modules);
        _optimizer = new AdamWOptimizer(_modules.Trainable(), options.AdamW);
        _schedule = run.Schedule ?? TrainingSchedules.Create(options, run.Batches.BatchesPerEpoch);
        _totalSteps = TrainingSchedules.TotalSteps(options, run.Batches.BatchesPerEpoch);
        _started = services.Time.GetTimestamp();
        _settings = Settings();
        _state = options.OutputFolder is null || !_ranks.IsFirst ? null : new RunStateFile(options.OutputFolder);
    }

    public void Dispose()
    {
        _state?.Dispose();
        _optimizer.Dispose();
    }

    internal TrainingResult Run(CancellationToken cancellationToken)
    {
        var resumedAt = Begin();
        Log.RunStarted(_services.Logger, _cursor.Step, _totalSteps, _optimizer.ParameterNames.Count);
        try
        {
            while (_cursor.Step < _totalSteps || _cursor.Batch > 0)
            {
                RunEpoch(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            Log.RunCancelled(_services.Logger, _cursor.Step, _totalSteps);
            throw;
        }

        Log.RunFinished(_services.Logger, _cursor.Step, _services.Time.GetElapsedTime(_started));
        return new TrainingResult(_cursor.Step, resumedAt, _lastLoss, _cursor.Best, _cursor.BestEpoch);
    }

    private long? Begin()
    {
        using var scope = NewDisposeScope();
        RandomState.Seed(_options.Seed + _ranks.Rank);
        var resumes = _state is { Exists: true } && _options.Resume;
        IReadOnlyDictionary<string, Tensor>? random = null;
        if (resumes)
        {
            (_cursor, random) = _state!.Load(_settings, _modules, _optimizer);
        }
        else
        {
            _state?.Delete();
        }

        (resumes, _cursor) = _ranks.Share(new RankStart(resumes, _cursor), _settings, _modules, _optimizer, random);
        foreach (var logger in _run.Loggers)
        {
            logger.Start(_cursor.Step);
        }

        return resumes ? _cursor.Step : null;
    }

    private void RunEpoch(CancellationToken cancellationToken)
    {
        _modules.Train();
        var reading = _ranks.OwnWork(cancellationToken);
        var batches = _run.Batches.ReadAsync(_cursor.Epoch, _cursor.Batch, reading).GetAsyncEnumerator(reading);
        try
        {
            while (_cursor.Step < _totalSteps && batches.MoveNextAsync().AsTask().GetAwaiter().GetResult())
            {
                using var batch = batches.Current;
                RunStep(batch);
                _ranks.ThrowIfStopped(cancellationToken);
            }
        }
        finally
        {
            batches.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        FinishEpoch(cancellationToken);
    }

    private void RunStep(TBatch batch)
    {
        using var scope = NewDisposeScope();
        _optimizer.LearningRate = _schedule.RateAt(new TrainingPosition(_cursor.Epoch, _cursor.Step, _totalSteps));
        using var report = _run.Step.Compute(batch);
        using var value = report.Total.detach().cpu().to(float64);
        var loss = value.data<double>()[0];
        if (!double.IsFinite(loss))
        {
            throw new TrainingDivergedException(_cursor.Step, report.Terms);
        }

        report.Backward();
        _ranks.AverageGradients(_modules);
        var norm = _options.ClipNorm is { } maximum ? _optimizer.ClipGradients(maximum) : (double?)null;
        _optimizer.Step();
        _optimizer.ZeroGrad();
        _lastLoss = loss;
        _cursor = _cursor.AfterStep(loss);
        Report(new StepRecord(_cursor.Epoch, _cursor.Step, _optimizer.LearningRate, loss, report.Terms, norm));
        if (_cursor.Step % _options.SaveEverySteps == 0)
        {
            Save();
        }
    }

    private void Report(StepRecord record)
    {
        foreach (var logger in _run.Loggers)
        {
            logger.LogStep(record);
        }

        _services.Progress?.Report(new TrainingProgress(
            record.Epoch, record.Step, _totalSteps, record.Loss, record.LearningRate, _services.Time.GetElapsedTime(_started)));
    }

    private void FinishEpoch(CancellationToken cancellationToken)
    {
        var steps = _cursor.Batch;
        var validation = _run.Validate is null ? null : Validate(_run.Validate, cancellationToken);
        var record = new EpochRecord(_cursor.Epoch, _cursor.Step, _cursor.LossSum / Math.Max(1, steps), validation);
        foreach (var logger in _run.Loggers)
        {
            logger.LogEpoch(record);
        }

        _cursor = _cursor.AfterEpoch(validation);
        Log.EpochFinished(_services.Logger, record.Epoch, record.Step, record.MeanLoss);
        SaveWeights();
        Save();
    }

    /// <summary>Validation may draw numbers; when it is cancelled, they are put back, so that the epoch can be finished again.</summary>
    private ValidationReport Validate(Func<int, CancellationToken, ValueTask<ValidationReport>> validate, CancellationToken cancellationToken)
    {
        var random = RandomState.Capture();
        _modules.Evaluate();
        try
        {
            return _ranks.Share(validate(_cursor.Epoch, _ranks.OwnWork(cancellationToken)).AsTask().GetAwaiter().GetResult());
        }
        catch (OperationCanceledException)
        {
            RandomState.Restore(random);
            throw;
        }
        finally
        {
            _modules.Train();
            foreach (var state in random.Values)
            {
                state.Dispose();
            }
        }
    }

    private void Save()
    {
        if (_options.OutputFolder is null)
        {
            return;
        }

        var random = _ranks.CaptureRandom();
        _state?.Save(new RunStateHeader { Cursor = _cursor, Settings = _settings }, _modules, _optimizer, random);
        foreach (var state in random.Values)
        {
            state.Dispose();
        }
    }

    private void SaveWeights()
    {
        if (_options.OutputFolder is { } folder && _ranks.IsFirst)
        {
            using var scope = NewDisposeScope();
            new WeightsFiles(folder, _options.Weights, _options.Keep).Write(_modules.ModelWeights(), _cursor);
        }
    }

    private Dictionary<string, string> Settings() => new(StringComparer.Ordinal)
    {
        ["data"] = _run.Batches.Describe(),
        ["schedule"] = _schedule.Describe(),
        ["steps"] = FormattableString.Invariant($"{_totalSteps}"),
        ["seed"] = FormattableString.Invariant($"{_options.Seed}"),
        ["ranks"] = FormattableString.Invariant($"{_ranks.Count}"),
        ["optimizer"] = FormattableString.Invariant(
            $"adamw {_options.AdamW.Beta1:R} {_options.AdamW.Beta2:R} {_options.AdamW.Epsilon:R} decay {_options.AdamW.WeightDecay:R} clip {_options.ClipNorm:R}"),
        ["trained"] = string.Join(' ', _optimizer.ParameterNames),
    };
}
