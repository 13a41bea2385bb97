namespace CoVR.Modeling;

/// <summary>Resolves the name of a checkpoint to a file on this machine, downloading it if necessary.</summary>
/// <remarks>
/// <c>AddCoVR</c> registers one that knows every released name and keeps what it downloads; <c>builder.Use&lt;ICheckpointResolver&gt;(…)</c>
/// replaces it. Implementations are safe for several threads.
/// </remarks>
public interface ICheckpointResolver
{
    /// <summary>Says why a checkpoint is unavailable, without using the network or reading the file.</summary>
    /// <param name="name">
    /// A path (file, index of shards, or folder of shards), a name of the catalogue (<c>webvid-covr</c>, or with its family
    /// <c>blip2/webvid-covr</c>), an <c>https://</c> address, or <c>hf://owner/repository/file</c>, with <c>@revision</c> if wanted.
    /// </param>
    /// <param name="family">The model family that asks, for example <c>blip</c> or <c>blip2</c>; empty if any will do.</param>
    /// <param name="variant">The variant of the family that asks, for example <c>large</c>; empty if any will do, as for custom sizes.</param>
    /// <returns>One sentence that says how to fix it; null if no problem was found.</returns>
    string? FindFault(string name, string family = "", string variant = "");

    /// <summary>Makes a checkpoint available on this machine.</summary>
    /// <param name="name">As for <see cref="FindFault"/>.</param>
    /// <param name="family">The model family that asks; empty if any will do.</param>
    /// <param name="variant">The variant that asks; empty if any will do.</param>
    /// <param name="cancellationToken">Ends the wait; a partial download is kept and continued the next time.</param>
    /// <returns>Where it is.</returns>
    /// <exception cref="CheckpointException">There is no such name or file, it is of another family, or it cannot be downloaded.</exception>
    ValueTask<ResolvedCheckpoint> ResolveAsync(string name, string family = "", string variant = "", CancellationToken cancellationToken = default);
}

/// <summary>A checkpoint on this machine.</summary>
/// <param name="Path">The file, or the index or folder of shards.</param>
/// <param name="Source">Where they come from, for reports; the file name if no more is known.</param>
/// <param name="License">Their licence; empty if unknown.</param>
public sealed record ResolvedCheckpoint(string Path, string Source = "", string License = "");
