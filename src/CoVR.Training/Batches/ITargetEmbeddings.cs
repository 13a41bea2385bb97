using CoVR.Data;

namespace CoVR.Training;

/// <summary>Gives the precomputed embeddings of targets, one frame each.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface ITargetEmbeddings
{
    /// <summary>Q of every embedding.</summary>
    int Vectors { get; }

    /// <summary>D of every embedding.</summary>
    int Dimensions { get; }

    /// <summary>Reads the embedding of a triplet's target.</summary>
    /// <param name="triplet">A triplet with a target.</param>
    /// <param name="random">The source of every random choice, seeded by the place in the run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>[1, Q, D].</returns>
    /// <exception cref="GalleryException">The target has not been embedded.</exception>
    ValueTask<EmbeddingSet> ReadAsync(Triplet triplet, Random random, CancellationToken cancellationToken);
}
