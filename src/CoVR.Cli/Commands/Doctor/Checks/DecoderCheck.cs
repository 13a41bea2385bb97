using CoVR.Media;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>The decoders of pictures: their versions, what they read, and whether they read a made picture.</summary>
internal sealed class DecoderCheck(IImageDecoder images) : IDoctorCheck
{
    /// <summary>One white pixel in the only directory of a TIFF file.</summary>
    private static readonly byte[] Tiff =
    [
        .. "II*\0"u8, 8, 0, 0, 0, 6, 0, .. Entry(256, 1), .. Entry(257, 1), .. Entry(258, 8), .. Entry(262, 1), .. Entry(273, 86), .. Entry(279, 1), 0, 0, 0, 0, 255, 0,
    ];

    public string Name => "decoders";

    public ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        if (context.Request.Machine)
        {
            foreach (var library in images.Formats.GroupBy(format => format.Value, format => format.Key).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                context.Report(new Finding(Severity.Note, FindingKinds.Decoder, $"{library.Key} reads {string.Join(", ", library)}"));
            }

            Try(context, MediaWriter.EncodePng(new RgbFrame(1, 1, new byte[] { 255, 255, 255 })), "made.png");
            Try(context, Tiff, "made.tif");
        }

        return ValueTask.CompletedTask;
    }

    private void Try(DoctorContext context, byte[] file, string name)
    {
        try
        {
            if (images.Decode(file, name).Rgb.Span.SequenceEqual((ReadOnlySpan<byte>)[255, 255, 255]))
            {
                return;
            }

            context.Report(new Finding(Severity.Fault, FindingKinds.Decoder, $"the white picture {name} is read with another colour."));
        }
        catch (MediaReadException fault)
        {
            context.Report(new Finding(Severity.Fault, FindingKinds.Decoder, fault.Message));
        }
    }

    private static byte[] Entry(ushort tag, byte value) => [(byte)tag, (byte)(tag >> 8), 3, 0, 1, 0, 0, 0, value, 0, 0, 0];
}
