namespace CoVR;

/// <summary>Chooses which frames of a video are looked at.</summary>
public interface IFrameSampler
{
    /// <summary>What fingerprints of embeddings state, parameters included, for example <c>uniform-15</c>.</summary>
    /// <value>By default what <see cref="object.ToString"/> says: a record states its parameters by itself.</value>
    string Name => ToString() ?? GetType().Name;

    /// <summary>Chooses frame indices.</summary>
    /// <param name="frameCount">How many frames the video has, at least 1.</param>
    /// <returns>At least one index in [0, <paramref name="frameCount"/>), ascending; an index may repeat when the video is short.</returns>
    IReadOnlyList<int> Select(int frameCount);
}
