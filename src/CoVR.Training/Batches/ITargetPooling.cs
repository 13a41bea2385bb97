using CoVR.Data;

namespace CoVR.Training;

/// <summary>Turns the stored frames of a target into one embedding, for one triplet at one place of the run.</summary>
/// <remarks>Unlike <see cref="IFramePooling"/> it may draw frames and may look at the triplet's scores. Safe for use from several threads.</remarks>
public interface ITargetPooling
{
    /// <summary>Pools frames.</summary>
    /// <param name="video">[F, Q, D].</param>
    /// <param name="triplet">The triplet whose target this is.</param>
    /// <param name="random">The source of every random choice.</param>
    /// <returns>[1, Q, D]; not renormalised.</returns>
    EmbeddingSet Pool(EmbeddingSet video, Triplet triplet, Random random);
}
