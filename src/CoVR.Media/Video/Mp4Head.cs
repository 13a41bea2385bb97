using System.Buffers.Binary;
using System.Text;

namespace CoVR.Media.Video;

/// <summary>Writes the tables of an MP4 file with one video track, whose samples follow one after another.</summary>
internal static class Mp4Head
{
    /// <summary>Everything before the bytes of the samples.</summary>
    /// <param name="video">The file that the samples are from.</param>
    /// <param name="samples">The samples, in the order of decoding.</param>
    internal static byte[] Of(Mp4Video video, Mp4Sample[] samples)
    {
        var duration = UInt32(samples[^1].Decoded - samples[0].Decoded + 1);
        byte[] matrix = [.. UInt32(0x10000), .. new byte[12], .. UInt32(0x10000), .. new byte[12], .. UInt32(0x40000000)];
        byte[] movie = Box("mvhd", [.. new byte[12], .. UInt32(video.Scale), .. duration, .. UInt32(0x10000), 1, 0, .. new byte[10], .. matrix, .. new byte[24], .. UInt32(2)]);
        byte[] media = Box("mdhd", [.. new byte[12], .. UInt32(video.Scale), .. duration, 0x55, 0xC4, 0, 0]);
        byte[] handler = Box("hdlr", [.. new byte[8], .. "vide"u8, .. new byte[13]]);
        byte[] all = [.. Box("ftyp", [.. "isom"u8, .. new byte[4], .. "isom"u8]), .. Box("moov", [.. movie, .. Box("trak", [
            .. Box("tkhd", video.Header), .. Box("mdia", [.. media, .. handler, .. Box("minf", [.. Box("vmhd", new byte[12]), .. Box("stbl", Table(video, samples))])])])])];

        // The place of the only chunk is the last number of the tables.
        BinaryPrimitives.WriteInt64BigEndian(all.AsSpan(all.Length - 8), all.Length + 16);
        var length = 16 + samples.Sum(sample => (long)sample.Size);
        return [.. all, .. UInt32(1), .. "mdat"u8, .. UInt32(length >> 32), .. UInt32(length)];
    }

    private static byte[] Table(Mp4Video video, Mp4Sample[] samples)
    {
        var count = UInt32(samples.Length);
        var steps = samples.Skip(1).Append(samples[^1] with { Decoded = samples[^1].Decoded + 1 }).Zip(samples, (next, sample) => next.Decoded - sample.Decoded);
        uint[] keys = [.. Enumerable.Range(0, samples.Length).Where(at => samples[at].IsKey).Select(at => (uint)at + 1)];
        return
        [
            .. Box("stsd", video.Description),
            .. Box("stts", [0, 0, 0, 0, .. count, .. steps.SelectMany(step => UInt32(1).Concat(UInt32(step)))]),
            .. Box("ctts", [1, 0, 0, 0, .. count, .. samples.SelectMany(sample => UInt32(1).Concat(UInt32(sample.Shown - sample.Decoded)))]),
            .. Box("stss", [0, 0, 0, 0, .. UInt32(keys.Length), .. keys.SelectMany(key => UInt32(key))]),
            .. Box("stsz", [.. new byte[8], .. count, .. samples.SelectMany(sample => UInt32(sample.Size))]),
            .. Box("stsc", [0, 0, 0, 0, .. UInt32(1), .. UInt32(1), .. count, .. UInt32(1)]),
            .. Box("co64", [0, 0, 0, 0, .. UInt32(1), .. new byte[8]]),
        ];
    }

    private static byte[] Box(string kind, byte[] payload) => [.. UInt32(payload.Length + 8), .. Encoding.ASCII.GetBytes(kind), .. payload];

    private static byte[] UInt32(long value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, unchecked((uint)value));
        return bytes;
    }
}
