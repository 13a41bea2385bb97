namespace CoVR.Training.Batches;

/// <summary>Prepares the batches that a training step reads.</summary>
/// <typeparam name="TBatch">What one step needs; disposed by the trainer after the step.</typeparam>
public interface IBatchSource<out TBatch>
    where TBatch : IDisposable
{
    /// <summary>The number of batches of every epoch, at least 1.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>Prepares the batches of one epoch in order, some of them ahead of use.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="first">The first batch to read; a resumed run may start within an epoch.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The batches; the same for the same epoch, regardless of the number of workers.</returns>
    /// <exception cref="MediaReadException">An image or video cannot be read.</exception>
    IAsyncEnumerable<TBatch> ReadAsync(int epoch, int first, CancellationToken cancellationToken);

    /// <summary>One line that identifies the source; a run state saved with another source is refused.</summary>
    string Describe();
}
