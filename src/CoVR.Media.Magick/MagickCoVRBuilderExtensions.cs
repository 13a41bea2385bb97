using CoVR;
using CoVR.Media;
using CoVR.Media.Magick;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds formats of pictures to a pipeline.</summary>
public static class MagickCoVRBuilderExtensions
{
    /// <summary>
    /// Reads HEIC, AVIF, TIFF (the first page), JPEG 2000, JPEG XL and the previews in camera RAW files, besides what the built-in decoder reads. Folders then list them.
    /// </summary>
    /// <remarks>
    /// ImageMagick never chooses the format itself, and gets bytes, no file names. Sizes are checked before pixels are decoded (<see cref="MediaOptions.MaxPixels"/>).
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="restrictProcess">
    /// Whether a security policy restricts ImageMagick in the whole process to these formats, without external programs and without memory on disk, from the first such picture on.
    /// False where the host uses ImageMagick for something else and has a policy of its own.
    /// </param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseMagickImages(this ICoVRBuilder builder, bool restrictProcess = true) => builder.Use<IImageDecoder>((services, name) =>
        CreateDecoder(services.GetRequiredService<IOptionsMonitor<MediaOptions>>().Get(name), services.GetService<ILoggerFactory>(), restrictProcess));

    /// <summary>Makes the decoder of <see cref="UseMagickImages"/> without a pipeline, for a <see cref="MediaFrameReader"/>.</summary>
    /// <param name="options">The pixel limit, and the way of looking at pictures (<see cref="MediaOptions.Pictures"/>); null for the defaults.</param>
    /// <param name="loggers">Logs files of several pages; may be null.</param>
    /// <param name="restrictProcess">As for <see cref="UseMagickImages"/>.</param>
    /// <returns>A decoder that is safe for use from several threads.</returns>
    public static IImageDecoder CreateDecoder(MediaOptions? options = null, ILoggerFactory? loggers = null, bool restrictProcess = true) =>
        new MagickImageDecoder(options ?? new MediaOptions(), loggers?.CreateLogger<MagickImageDecoder>(), restrictProcess);
}
