namespace CoVR;

/// <summary>Turns the bytes of an image file into pixels, as Pillow's <c>convert("RGB")</c> does: alpha dropped, no EXIF rotation.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface IImageDecoder
{
    /// <summary>Decodes one image.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">The name that errors speak of.</param>
    /// <returns>The picture.</returns>
    /// <exception cref="MediaReadException">The bytes are no whole image, or the picture exceeds the pixel limit.</exception>
    RgbFrame Decode(ReadOnlySpan<byte> encoded, string name);
}
