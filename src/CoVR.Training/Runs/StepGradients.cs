using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Reads the batches of one step and adds up their gradients. Its logger is told on every rank what this rank leaves out.</summary>
internal sealed class StepGradients<TBatch>(TrainingRun<TBatch> run, AdamWOptimizer optimizer, DataClock clock, ILogger logger)
    where TBatch : IDisposable
{
    /// <summary>Adds the mean gradients of some batches. When that is cancelled, everything is as before.</summary>
    /// <param name="batches">Gives at least <paramref name="count"/> more.</param>
    /// <param name="count">How many batches make the step.</param>
    /// <param name="cursor">Where the run is before the step.</param>
    /// <returns>The losses, and what this process left out.</returns>
    internal (StepLosses Losses, IReadOnlyList<SkippedItem> Skipped) Add(IAsyncEnumerator<TBatch> batches, int count, RunCursor cursor)
    {
        var losses = new StepLosses();
        List<SkippedItem> skipped = [];
        var random = count > 1 ? RandomState.Capture() : [];
        try
        {
            for (var i = 0; i < count; i++)
            {
                if (!clock.Wait(() => batches.MoveNextAsync().AsTask().GetAwaiter().GetResult()))
                {
                    throw new InvalidOperationException($"The epoch has {run.Batches.BatchesPerEpoch} batches by its source, but the source ended after {cursor.Batch + i}.");
                }

                using var batch = batches.Current;
                skipped.AddRange(SkippedOf(batch, cursor));
                Add(batch, count, cursor, losses);
            }
        }
        catch (OperationCanceledException)
        {
            RandomState.Restore(random);
            optimizer.ZeroGrad();
            throw;
        }
        finally
        {
            RandomState.Dispose(random);
        }

        return (losses, skipped);
    }

    private void Add(TBatch batch, int count, RunCursor cursor, StepLosses losses)
    {
        using var scope = NewDisposeScope();
        using var report = run.Step.Compute(batch);
        using var value = report.Total.detach().cpu().to(float64);
        var loss = value.data<double>()[0];
        if (!double.IsFinite(loss))
        {
            throw new TrainingDivergedException(cursor.Step, report.Terms);
        }

        losses.Add(loss, report.Terms);
        report.Backward((cursor.Scale?.Factor ?? 1) / count);
    }

    private IReadOnlyList<SkippedItem> SkippedOf(TBatch batch, RunCursor cursor)
    {
        var skipped = (batch as IPartialBatch)?.Skipped ?? [];
        foreach (var item in skipped)
        {
            Log.ItemSkipped(logger, cursor.Step + 1, item.Item, item.Media.Value, item.Reason);
        }

        return skipped;
    }
}
