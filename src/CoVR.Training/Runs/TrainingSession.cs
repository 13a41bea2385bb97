using CoVR.Data;
using CoVR.Training.Distributed;
using CoVR.Training.Logging;
using CoVR.Training.Optimization;
using CoVR.Training.Schedules;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>One process's part of a run, on a single thread: libtorch's dispose scopes and gradient mode are per thread.</summary>
internal sealed class TrainingSession<TBatch> : IDisposable
    where TBatch : IDisposable
{
    private readonly TrainingRun<TBatch> _run;
    private readonly TrainingOptions _options;
    private readonly SessionServices _services;
    private readonly DistributedContext _ranks;
    private readonly TrainedModules _modules;
    private readonly AdamWOptimizer _optimizer;
    private readonly ILearningRateSchedule _schedule;
    private readonly RunLoggerGroup _loggers;
    private readonly GradientAccumulator<TBatch> _gradients;
    private readonly StepTimer _timer;
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
        _ranks = new DistributedContext(options.Collective);
        (_run, _options, _services) = (run, options, _ranks.IsFirst ? services : services.Silent());
        _modules = new TrainedModules(run.Step.Modules);
        _optimizer = new AdamWOptimizer(_modules.Trainable(), AdamWOptions.Of(options));
        var stepsPerEpoch = LearningRateSchedules.StepsPerEpoch(options, run.Batches.BatchesPerEpoch);
        var context = TrainingContext.Of(options, _modules.Device);
        run.Step.RequireSupport(context);
        _schedule = run.Schedule ?? LearningRateSchedules.Create(options, stepsPerEpoch);
        _totalSteps = LearningRateSchedules.TotalSteps(options, stepsPerEpoch);
        _started = services.Time.GetTimestamp();
        _loggers = new RunLoggerGroup(_ranks.IsFirst ? run.Loggers : []);
        _timer = new StepTimer(services.Time);
        _gradients = new GradientAccumulator<TBatch>(run, context, _optimizer, _timer, services.Logger);
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
        Exception? fault = null;
        Log.RunStarted(_services.Logger, _cursor.Step, _totalSteps, _optimizer.ParameterNames.Count);
        try
        {
            RunEpochs(cancellationToken);
        }
        catch (Exception error)
        {
            fault = error;
            throw;
        }
        finally
        {
            _loggers.Finish(fault);
        }

        Log.RunFinished(_services.Logger, _cursor.Step, _services.Time.GetElapsedTime(_started));
        return new TrainingResult(_cursor.Step, resumedAt, _lastLoss, _cursor.Best, _cursor.BestEpoch)
        {
            StepTime = _timer.Total.Steps,
            DataWait = _timer.Total.Wait,
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
        Dictionary<string, string> configuration = new(_run.Configuration.UnionBy(_settings, entry => entry.Key), StringComparer.Ordinal);
        _loggers.Start(_cursor.Epoch, _cursor.Step, _totalSteps, configuration);
        return resumes ? _cursor.Step : null;
    }

    private void RunEpochs(CancellationToken cancellationToken)
    {
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
        _timer.StartStep();
        _optimizer.LearningRate = _schedule.RateAt(_cursor.Epoch, _cursor.Step, _totalSteps);
        var count = Math.Min(_options.AccumulatedBatches, _run.Batches.BatchesPerEpoch - _cursor.Batch);
        var (losses, own) = _gradients.Add(batches, count, _cursor);
        var skipped = _ranks.Gather(own);
        _ranks.AverageGradients(_modules);
        var (finite, norm) = _gradients.Apply(_options.ClipNorm, _cursor, losses);
        _lastLoss = losses.Loss;
        _stepsHere++;
        _cursor = _cursor.AfterStep(losses.Loss, count, skipped.Count, _cursor.Scale?.After(finite));
        _timer.EndStep();
        foreach (var item in skipped)
        {
            _loggers.LogSkipped(_cursor.Epoch, _cursor.Step, item.Item, item.Media, item.Reason);
        }

        var record = new StepRecord(_cursor.Epoch, _cursor.Step, _optimizer.LearningRate, losses.Loss, losses.Terms, norm)
        {
            TotalSteps = _totalSteps,
            Duration = _timer.Last.Steps,
            DataWait = _timer.Last.Wait,
            Elapsed = _services.Time.GetElapsedTime(_started),
            TotalDataWait = _timer.Total.Wait,
            StepsHere = _stepsHere,
        };
        TrainingDiagnostics.Record(record);
        _loggers.LogStep(record);
        _services.Progress?.Report(record);
        if (!finite)
        {
            Log.GradientsOverflowed(_services.Logger, _cursor.Step, _cursor.Scale!.Factor);
        }

        if (_cursor.Step % _options.SaveEverySteps == 0)
        {
            Save();
        }
    }

    /// <summary>Saves the steps first, since validation and the writing of weights may fail.</summary>
    private void FinishEpoch(CancellationToken cancellationToken)
    {
        if (_saved != _cursor.Step)
        {
            Save();
        }

        var time = _timer.TakeEpoch();
        if (_cursor.EpochSkipped > 0)
        {
            Log.EpochSkipped(_services.Logger, _cursor.Epoch, _cursor.EpochSkipped);
        }

        var validating = _services.Time.GetTimestamp();
        var validation = _run.Validate is null ? null : Validate(_run.Validate, cancellationToken);
        if (validation is { Primary: null })
        {
            Log.NoPrimaryMetric(_services.Logger);
        }

        var record = new EpochRecord(_cursor.Epoch, _cursor.Step, _cursor.LossSum / Math.Max(1, _cursor.EpochSteps), validation)
        {
            Duration = time.Steps,
            DataWait = time.Wait,
            ValidationDuration = validation is null ? TimeSpan.Zero : _services.Time.GetElapsedTime(validating),
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

    /// <summary>Validation may draw random numbers; if it is cancelled, the random state is restored, so that the epoch can be finished again.</summary>
    private RetrievalReport Validate(Func<int, CancellationToken, ValueTask<RetrievalReport>> validate, CancellationToken cancellationToken)
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
