namespace CoVR;

/// <summary>Turns the bytes of an image file into pixels.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface IImageDecoder
{
    /// <summary>Decodes one image.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">The name that errors speak of.</param>
    /// <returns>The picture.</returns>
    /// <exception cref="MediaReadException">The bytes are no whole image, or the picture exceeds the pixel limit.</exception>
    RgbFrame Decode(ReadOnlySpan<byte> encoded, string name);

    /// <summary>A decoder of the same files for people to look at: transparent pictures on white, upright, in sRGB.</summary>
    /// <value>This decoder, unless it reads pictures in another way.</value>
    IImageDecoder AsSeen => this;
}
