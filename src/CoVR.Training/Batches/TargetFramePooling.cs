namespace CoVR.Training;

/// <summary>How the stored frames of a training target become one embedding (the reference's <c>emb_pool</c>).</summary>
public enum TargetFramePooling
{
    /// <summary>Frames are drawn and weighted by how well they fit the edit text (<c>query</c>): <see cref="ScoredTargetPooling"/>.</summary>
    Query,

    /// <summary>Frames are drawn and averaged (<c>mean</c>): <see cref="MeanTargetPooling"/>.</summary>
    Mean,

    /// <summary>The middle frame (<c>middle</c>).</summary>
    Middle,
}
