using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>Gives the pixels of an image or video as a model reads them.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface IPixelSource
{
    /// <summary>The size and statistics that the pixels have.</summary>
    ImageInput Input { get; }

    /// <summary>F, how many frames of an item are read.</summary>
    int Frames => 1;

    /// <summary>Writes the pixels of one item.</summary>
    /// <param name="id">The item.</param>
    /// <param name="random">The source of every random choice, seeded by the place in the run.</param>
    /// <param name="destination">Receives [F, 3, S, S] normalised values.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A task that ends when the pixels are there.</returns>
    /// <exception cref="MediaReadException">The item cannot be read.</exception>
    ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken);
}
