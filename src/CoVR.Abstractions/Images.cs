using CoVR.Modeling;

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

/// <summary>Turns a picture into the numbers a model reads: resize or crop, augment, scale to [0, 1], normalise.</summary>
/// <remarks>Implementations are safe for use from several threads as long as each call has its own <see cref="Random"/>.</remarks>
public interface IImageTransform
{
    /// <summary>The size and statistics that the output has.</summary>
    ImageInput Input { get; }

    /// <summary>Writes one picture.</summary>
    /// <param name="frame">The picture; not changed.</param>
    /// <param name="random">The source of every random choice; unused by transforms without any.</param>
    /// <param name="destination">Receives [3, S, S] normalised values, exactly <c>3 * S * S</c> of them.</param>
    void Apply(RgbFrame frame, Random random, Span<float> destination);
}
