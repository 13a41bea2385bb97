namespace CoVR.Training;

/// <summary>Prepares the batches that a training step reads.</summary>
/// <typeparam name="TBatch">What one step needs; disposed by the trainer after the step.</typeparam>
public interface IBatchSource<out TBatch>
    where TBatch : IDisposable
{
    /// <summary>How many batches every epoch has, at least 1.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>Prepares the batches of one epoch in their order, some of them ahead of their use.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="first">The first batch that is wanted; a resumed run starts in the middle of an epoch.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The batches; always the same for the same epoch, whatever the number of workers.</returns>
    /// <exception cref="MediaReadException">A picture or video cannot be read.</exception>
    IAsyncEnumerable<TBatch> ReadAsync(int epoch, int first, CancellationToken cancellationToken);

    /// <summary>One line that tells two sources apart; a run state of another source is refused.</summary>
    string Describe();
}
