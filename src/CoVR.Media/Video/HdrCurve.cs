using System.Buffers.Binary;

namespace CoVR.Media.Video;

/// <summary>Makes pictures for an ordinary screen of frames of high dynamic range: PQ (SMPTE ST 2084) or HLG (ARIB STD-B67), with the primaries of BT.2020.</summary>
/// <remarks>
/// Light up to half of the reference white (203 cd/m², ITU-R BT.2408) stays as it is, brighter light is compressed below white; hue is kept. The result is sRGB.
/// </remarks>
internal sealed class HdrCurve
{
    private const float Knee = 0.5f, ReferenceWhite = 203, HlgPeak = 1000;

    private static readonly Lazy<HdrCurve> Pq = new(() => new HdrCurve(PqLight, hasSystemGamma: false));
    private static readonly Lazy<HdrCurve> Hlg = new(() => new HdrCurve(HlgLight, hasSystemGamma: true));
    private static readonly Lazy<byte[]> Srgb = new(() => [.. Enumerable.Range(0, 1 << 14).Select(i => SrgbCode(i / (double)((1 << 14) - 1)))]);

    private readonly float[] _light;
    private readonly bool _hasSystemGamma;

    private HdrCurve(Func<double, double> light, bool hasSystemGamma) =>
        (_light, _hasSystemGamma) = ([.. Enumerable.Range(0, 1 << 16).Select(i => (float)light(i / 65535.0))], hasSystemGamma);

    /// <summary>The curve of a stream by ffprobe's name of its transfer characteristics; null if it is none of high dynamic range.</summary>
    public static HdrCurve? Of(string? transfer) => transfer switch { "smpte2084" => Pq.Value, "arib-std-b67" => Hlg.Value, _ => null };

    /// <summary>Converts a frame.</summary>
    /// <param name="codes">3 P little-endian numbers of 16 bits, red first.</param>
    /// <param name="rgb">Receives 3 P bytes.</param>
    public void Render(ReadOnlySpan<byte> codes, Span<byte> rgb)
    {
        var srgb = Srgb.Value;
        for (var at = 0; at < rgb.Length; at += 3)
        {
            var (red, green, blue) = (Light(codes, at), Light(codes, at + 1), Light(codes, at + 2));
            var scale = _hasSystemGamma ? HlgPeak / ReferenceWhite * MathF.Pow((0.2627f * red) + (0.6780f * green) + (0.0593f * blue), 0.2f) : 1;

            // BT.2020 to BT.709 (ITU-R BT.2087).
            var r = scale * ((1.6605f * red) - (0.5876f * green) - (0.0728f * blue));
            var g = scale * ((-0.1246f * red) + (1.1329f * green) - (0.0083f * blue));
            var b = scale * ((-0.0182f * red) - (0.1006f * green) + (1.1187f * blue));
            var most = MathF.Max(r, MathF.Max(g, b));
            var shown = most <= Knee ? 1 : (1 - ((1 - Knee) * (1 - Knee) / (most - Knee + 1 - Knee))) / most;
            (rgb[at], rgb[at + 1], rgb[at + 2]) = (Code(srgb, r * shown), Code(srgb, g * shown), Code(srgb, b * shown));
        }
    }

    private float Light(ReadOnlySpan<byte> codes, int at) => _light[BinaryPrimitives.ReadUInt16LittleEndian(codes[(2 * at)..])];

    private static byte Code(byte[] srgb, float light) => srgb[(int)((Math.Clamp(light, 0, 1) * (srgb.Length - 1)) + 0.5f)];

    private static byte SrgbCode(double light) => (byte)Math.Round(255 * (light <= 0.0031308 ? 12.92 * light : (1.055 * Math.Pow(light, 1 / 2.4)) - 0.055));

    // In units of the reference white.
    private static double PqLight(double code)
    {
        var power = Math.Pow(code, 32 / 2523.0);
        return 10_000 / ReferenceWhite * Math.Pow(Math.Max(power - (107 / 128.0), 0) / ((2413 / 128.0) - (2392 / 128.0 * power)), 8192 / 1305.0);
    }

    // Light of the scene, of which 1 becomes the screen's peak.
    private static double HlgLight(double code) => code <= 0.5 ? code * code / 3 : (Math.Exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}
