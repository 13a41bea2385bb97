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
    private readonly RunLoggers _loggers;
    private readonly StepGradients<TBatch> _gradients;
    private readonly DataClock _clock;
    private readonly long _totalSteps;
    private readonly long _started;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly RunStore? _store;
    private RunCursor _cursor;
    private double? _lastLoss;
    private long _stepsHere;
    private long? _saved;

    internal TrainingSession(TrainingRun<TBatch> run, TrainingOptions options, SessionServices services)
    {
        _ranks = new RunRanks(run.Collective);
        (_run, _options, _services) = (run, options, _ranks.IsFirst ? services : services.Silent());
        _modules = new TrainedModules(run.Step.Modules);
        _optimizer = new AdamWOptimizer(_modules.Trainable(), options.AdamW);
        if (run.Batches.BatchesPerEpoch < 1)
        {
            throw new ArgumentException($"There are no batches to train on: the source is '{run.Batches.Describe()}'.", nameof(run));
        }

        var stepsPerEpoch = TrainingSchedules.StepsPerEpoch(options, run.Batches.BatchesPerEpoch);
        run.Step.RequireSupport(options, _ranks.Count);
        _schedule = run.Schedule ?? TrainingSchedules.Create(options, stepsPerEpoch);
        _totalSteps = TrainingSchedules.TotalSteps(options, stepsPerEpoch);
        _started = services.Time.GetTimestamp();
        _loggers = new RunLoggers(_ranks.IsFirst ? run.Loggers : []);
        _clock = new DataClock(services.Time);
        _gradients = new StepGradients<TBatch>(run, _optimizer, _clock, services.Logger);
        _cursor = new RunCursor { Scale = LossScale.For(options.Precision) };
        _settings = RunSettings.Of(
            options, new RunParts(run.Batches.Describe(), run.Step.Describe(), _schedule.Describe(), _totalSteps, _ranks.Count), _optimizer.ParameterNames);
        _store = options.OutputFolder is null || !_ranks.IsFirst ? null : new RunStore(options, _settings, _modules, _optimizer);
    }

    public void Dispose()
    {
        _store?.Dispose();
        _optimizer.Dispose();
    }

    internal TrainingResult Run(CancellationToken cancellationToken)
    {
        var resumedAt = Begin();
        var outcome = RunOutcome.Failed;
        Log.RunStarted(_services.Logger, _cursor.Step, _totalSteps, _optimizer.ParameterNames.Count);
        try
        {
            while (_cursor.Step < _totalSteps || _cursor.Batch > 0)
            {
                RunEpoch(cancellationToken);
            }

            outcome = RunOutcome.Completed;
        }
        catch (OperationCanceledException)
        {
            Save();
            outcome = RunOutcome.Stopped;
            Log.RunCancelled(_services.Logger, _cursor.Step, _totalSteps);
            throw;
        }
        finally
        {
            _loggers.Finish(outcome);
        }

        Log.RunFinished(_services.Logger, _cursor.Step, _services.Time.GetElapsedTime(_started));
        return new TrainingResult(_cursor.Step, resumedAt, _lastLoss, _cursor.Best, _cursor.BestEpoch)
        {
            StepTime = _clock.Total.Steps,
            DataWait = _clock.Total.Wait,
            Skipped = _cursor.Skipped,
        };
    }

    private long? Begin()
    {
        using var scope = NewDisposeScope();
        RandomState.Seed(_options.Seed + _ranks.Rank);
        var saved = _store?.Resume();
        (var resumes, _cursor) = _ranks.Share(
            new RankStart(saved is not null, saved?.Cursor ?? _cursor), _settings, _modules, _optimizer, saved?.Random);
        Dictionary<string, string> configuration = new(_settings, StringComparer.Ordinal);
        foreach (var (name, value) in _run.Configuration)
        {
            configuration[name] = value;
        }

        _loggers.Start(new RunStart(_cursor.Epoch, _cursor.Step, _totalSteps, configuration));
        return resumes ? _cursor.Step : null;
    }

    private void RunEpoch(CancellationToken cancellationToken)
    {
        _modules.Train();
        var reading = _ranks.OwnWork(cancellationToken);
        var batches = _run.Batches.ReadAsync(_cursor.Epoch, _cursor.Batch, reading).GetAsyncEnumerator(reading);
        try
        {
            while (_cursor.Step < _totalSteps && _cursor.Batch < _run.Batches.BatchesPerEpoch)
            {
                RunStep(batches);
                _ranks.ThrowIfStopped(cancellationToken);
            }
        }
        finally
        {
            batches.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        FinishEpoch(cancellationToken);
    }

    private void RunStep(IAsyncEnumerator<TBatch> batches)
    {
        _clock.StartStep();
        _optimizer.LearningRate = _schedule.RateAt(new TrainingPosition(_cursor.Epoch, _cursor.Step, _totalSteps));
        var count = Math.Min(_options.AccumulatedBatches, _run.Batches.BatchesPerEpoch - _cursor.Batch);
        var (losses, own) = _gradients.Add(batches, count, _cursor);
        var skipped = _ranks.Gather(own);
        _ranks.AverageGradients(_modules);
        var finite = _cursor.Scale is not { } scale || _optimizer.DivideGradients(scale.Factor);
        var norm = finite && _options.ClipNorm is { } maximum ? _optimizer.ClipGradients(maximum) : (double?)null;
        if (norm is { } total && !double.IsFinite(total))
        {
            throw new TrainingDivergedException(_cursor.Step, [.. losses.Terms, new NamedLoss("gradient norm", total, 0)]);
        }

        if (finite)
        {
            _optimizer.Step();
        }

        _optimizer.ZeroGrad();
        _lastLoss = losses.Loss;
        _stepsHere++;
        _cursor = _cursor.AfterStep(losses.Loss, count, skipped.Count, _cursor.Scale?.After(finite));
        _clock.EndStep();
        foreach (var item in skipped)
        {
            _loggers.LogSkipped(_cursor.Epoch, _cursor.Step, item);
        }

        Report(new StepRecord(_cursor.Epoch, _cursor.Step, _optimizer.LearningRate, losses.Loss, losses.Terms, norm)
        {
            Duration = _clock.Last.Steps,
            DataWait = _clock.Last.Wait,
        });
        if (!finite)
        {
            Log.GradientsOverflowed(_services.Logger, _cursor.Step, _cursor.Scale!.Factor);
        }

        if (_cursor.Step % _options.SaveEverySteps == 0)
        {
            Save();
        }
    }

    private void Report(StepRecord record)
    {
        TrainingDiagnostics.Record(record);
        _loggers.LogStep(record);
        _services.Progress?.Report(
            new TrainingProgress(record.Epoch, record.Step, _totalSteps, record.Loss, record.LearningRate, _services.Time.GetElapsedTime(_started))
            {
                DataWait = _clock.Total.Wait,
                StepsHere = _stepsHere,
            });
    }

    /// <summary>Validation and the writing of weights may fail: the steps before are saved first.</summary>
    private void FinishEpoch(CancellationToken cancellationToken)
    {
        if (_saved != _cursor.Step)
        {
            Save();
        }

        var time = _clock.TakeEpoch();
        if (_cursor.EpochSkipped > 0)
        {
            Log.EpochSkipped(_services.Logger, _cursor.Epoch, _cursor.EpochSkipped);
        }

        var validation = _run.Validate is null ? null : Validate(_run.Validate, cancellationToken);
        if (validation is { PrimaryMetric: null })
        {
            Log.NoPrimaryMetric(_services.Logger);
        }

        var record = new EpochRecord(_cursor.Epoch, _cursor.Step, _cursor.LossSum / Math.Max(1, _cursor.EpochSteps), validation)
        {
            Duration = time.Steps,
            DataWait = time.Wait,
        };
        _loggers.LogEpoch(record);
        _cursor = _cursor.AfterEpoch(validation);
        Log.EpochFinished(_services.Logger, record.Epoch, record.Step, record.MeanLoss, time.Steps > TimeSpan.Zero ? time.Wait / time.Steps : 0, time.Steps);
        _store?.SaveWeights(_cursor);
        Save();
    }

    private void Save()
    {
        _modules.RequireFinite(_cursor.Step);
        if (_options.OutputFolder is not null)
        {
            _saved = _cursor.Step;
            var random = _ranks.CaptureRandom();
            try
            {
                _store?.Save(_cursor, random);
            }
            finally
            {
                RandomState.Dispose(random);
            }
        }
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
            RandomState.Dispose(random);
        }
    }
}
