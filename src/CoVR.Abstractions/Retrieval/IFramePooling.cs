namespace CoVR;

/// <summary>Turns the frames of a video's embedding into one.</summary>
public interface IFramePooling
{
    /// <summary>Pools frames.</summary>
    /// <param name="video">[F, Q, D].</param>
    /// <returns>[1, Q, D]; not renormalised.</returns>
    EmbeddingSet Pool(EmbeddingSet video);
}
