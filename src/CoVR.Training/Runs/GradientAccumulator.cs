using CoVR.Training.Batches;
using CoVR.Training.Optimization;
using Microsoft.Extensions.Logging;
using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>Reads the batches of one step and accumulates their gradients. On every rank the logger receives the items that this rank leaves out.</summary>
internal sealed class GradientAccumulator<TBatch>(TrainingRun<TBatch> run, TrainingContext context, AdamWOptimizer optimizer, StepTimer timer, ILogger logger)
    where TBatch : IDisposable
{
    /// <summary>Adds the mean gradients of several batches. If it is cancelled, gradients and random state are restored.</summary>
    /// <param name="batches">Has at least <paramref name="count"/> more batches.</param>
    /// <param name="count">The number of batches of the step.</param>
    /// <param name="cursor">The position of the run before the step.</param>
    /// <returns>The losses, and the items that this process left out.</returns>
    internal (StepLosses Losses, IReadOnlyList<SkippedItem> Skipped) Add(IAsyncEnumerator<TBatch> batches, int count, RunCursor cursor)
    {
        var losses = new StepLosses();
        List<SkippedItem> skipped = [];
        var random = count > 1 ? RandomState.Capture() : [];
        try
        {
            for (var i = 0; i < count; i++)
            {
                if (!timer.Wait(() => batches.MoveNextAsync().AsTask().GetAwaiter().GetResult()))
                {
                    throw new InvalidOperationException($"The batch source promised {run.Batches.BatchesPerEpoch} batches per epoch but ended after {cursor.Batch + i}.");
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

    /// <summary>Clips the gradients, takes the step and removes the gradients.</summary>
    /// <returns>Whether the gradients were finite (otherwise nothing changes), and their norm if they were clipped.</returns>
    /// <exception cref="TrainingDivergedException">The norm is not finite.</exception>
    internal (bool Finite, double? Norm) Apply(double? clipNorm, RunCursor cursor, StepLosses losses)
    {
        var finite = cursor.Scale is not { } scale || optimizer.DivideGradients(scale.Factor);
        var norm = finite && clipNorm is { } maximum ? optimizer.ClipGradients(maximum) : (double?)null;
        if (norm is { } total && !double.IsFinite(total))
        {
            throw new TrainingDivergedException(cursor.Step, new OrderedDictionary<string, double>(losses.Terms, StringComparer.Ordinal) { ["gradient norm"] = total });
        }

        if (finite)
        {
            optimizer.Step();
        }

        optimizer.ZeroGrad();
        return (finite, norm);
    }

    private void Add(TBatch batch, int count, RunCursor cursor, StepLosses losses)
    {
        using var scope = NewDisposeScope();
        using var report = run.Step.Compute(batch, context);
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
