namespace CoVR;

/// <summary>Turns the frames of a video's embedding into one.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface IFramePooling
{
    /// <summary>Pools frames.</summary>
    /// <param name="video">[F, Q, D].</param>
    /// <returns>[1, Q, D]; not renormalised.</returns>
    EmbeddingSet Pool(EmbeddingSet video);
}
