namespace CoVR.Modeling;

/// <summary>Resolves checkpoints where one cannot wait asynchronously, as in the factories of a service container.</summary>
public static class CheckpointResolverExtensions
{
    /// <summary>Brings a checkpoint to this machine, blocking the calling thread.</summary>
    /// <param name="resolver">The resolver.</param>
    /// <param name="reference">What is asked for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Where it lies.</returns>
    /// <remarks>The work runs on the thread pool, without the caller's synchronisation context, so that it cannot wait for itself.</remarks>
    /// <exception cref="CheckpointException">There is no such name or file, it is of another family, or it cannot be downloaded.</exception>
    public static ResolvedCheckpoint Resolve(this ICheckpointResolver resolver, CheckpointReference reference, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        return Task.Run(() => resolver.ResolveAsync(reference, cancellationToken).AsTask(), cancellationToken).GetAwaiter().GetResult();
    }
}
