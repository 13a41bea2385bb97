namespace CoVR;

/// <summary>Chooses which frames of a video are looked at.</summary>
/// <remarks>Implementations are safe for use from several threads: the readers of a job share one.</remarks>
public interface IFrameSampler
{
    /// <summary>Tells samplers apart in fingerprints of stored embeddings, for example <c>middle</c> or <c>uniform-15</c>.</summary>
    string Name => GetType().Name;

    /// <summary>Chooses frame indices. It is asked again where a video turns out to have another number of frames than its file says.</summary>
    /// <param name="frameCount">How many frames the video has, at least 1.</param>
    /// <returns>
    /// At least one index in [0, <paramref name="frameCount"/>), in the order in which the frames are wanted; an index may repeat when the video is short.
    /// </returns>
    IReadOnlyList<int> Select(int frameCount);
}
