namespace CoVR.Modeling;

/// <summary>Gives the loaded model of a pipeline; <c>UseModel</c> and <c>UseBlip</c> register one.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public interface IModelProvider
{
    /// <summary>Loads the model at the first call; later calls and calls made meanwhile get the same one. A failed load is tried again by the next call.</summary>
    /// <param name="cancellationToken">Ends this wait. The load itself ends when nobody waits for it any more; what was downloaded is kept.</param>
    /// <returns>The model. It belongs to the provider, which disposes it.</returns>
    /// <exception cref="ObjectDisposedException">The provider was disposed.</exception>
    /// <exception cref="CheckpointException">The weights cannot be found, downloaded or read, or are those of another model.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; the message lists all of them.</exception>
    ValueTask<ComposedModel> GetAsync(CancellationToken cancellationToken = default);
}
