namespace CoVR.Modeling;

/// <summary>Turns what a user writes for a checkpoint into a file on this machine, downloading it where necessary.</summary>
/// <remarks>
/// <c>AddCoVR</c> registers one that knows every released name and keeps what it downloads; <c>builder.Use&lt;ICheckpointResolver&gt;(…)</c>
/// replaces it. Implementations are safe for several threads.
/// </remarks>
public interface ICheckpointResolver
{
    /// <summary>Says, without a network and without reading the file, why a checkpoint cannot be had.</summary>
    /// <param name="reference">What is asked for.</param>
    /// <returns>One sentence that says how to mend it; null if nothing speaks against it so far.</returns>
    string? FindFault(CheckpointReference reference);

    /// <summary>Brings a checkpoint to this machine.</summary>
    /// <param name="reference">What is asked for.</param>
    /// <param name="cancellationToken">Ends the wait; what was downloaded so far is kept and continued the next time.</param>
    /// <returns>Where it lies.</returns>
    /// <exception cref="CheckpointException">There is no such name or file, it is of another family, or it cannot be downloaded.</exception>
    ValueTask<ResolvedCheckpoint> ResolveAsync(CheckpointReference reference, CancellationToken cancellationToken = default);
}
