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

/// <summary>Weights as options name them, and what they are for.</summary>
/// <param name="Name">
/// A path (file, index of shards, or folder of shards), a name of the catalogue (<c>webvid-covr</c>, or with its family
/// <c>blip2/webvid-covr</c>), an <c>https://</c> address, or <c>hf://owner/repository/file</c>, with <c>@revision</c> if wanted.
/// </param>
/// <param name="Family">The model family that asks, for example <c>blip</c> or <c>blip2</c>; empty if any will do.</param>
/// <param name="Variant">The variant of the family that asks, for example <c>large</c>; empty if any will do, as for sizes of one's own.</param>
public sealed record CheckpointReference(string Name, string Family = "", string Variant = "");

/// <summary>Weights that lie on this machine.</summary>
/// <param name="Path">The file, or the index or folder of shards.</param>
/// <param name="Source">Where they come from, for reports; a file's name where no more is known.</param>
/// <param name="License">Their licence; empty where it is not known.</param>
public sealed record ResolvedCheckpoint(string Path, string Source = "", string License = "");
