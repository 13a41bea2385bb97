namespace CoVR;

/// <summary>Chooses which frames of a video are looked at.</summary>
public interface IFrameSampler
{
    /// <summary>Chooses frame indices.</summary>
    /// <param name="frameCount">How many frames the video has, at least 1.</param>
    /// <returns>At least one index in [0, <paramref name="frameCount"/>), ascending; an index may repeat when the video is short.</returns>
    IReadOnlyList<int> Select(int frameCount);
}
