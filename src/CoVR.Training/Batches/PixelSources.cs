using CoVR.Modeling;

namespace CoVR.Training.Batches;

/// <summary>Reads the pixels of an image or video as the model expects them.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
internal interface IPixelSource
{
    /// <summary>The size and statistics of the pixels.</summary>
    ImageInput Input { get; }

    /// <summary>F, the number of frames read of each item.</summary>
    int Frames => 1;

    /// <summary>Writes the pixels of one item.</summary>
    /// <param name="id">The item.</param>
    /// <param name="random">The source of every random choice, seeded by the position in the run.</param>
    /// <param name="destination">Receives [F, 3, S, S] normalized values.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="MediaReadException">The item cannot be read.</exception>
    ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken);
}
