namespace CoVR.Media;

/// <summary>
/// The containers and protocols that ffmpeg may open. Playlists and scripts (HLS, concat, DASH) are left out: they would let a file make
/// ffmpeg read other files or addresses.
/// </summary>
internal static class VideoContainers
{
    /// <summary>Options that go before the input of ffmpeg and ffprobe.</summary>
    internal static readonly string[] Restrictions =
    [
        "-protocol_whitelist", "file",
        "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,flv,mpeg,mpegts,mpegvideo,m4v,h264,hevc,asf,ogg,ivf,mxf,nut,rm,dv,mjpeg,wav,mp3,flac,aac",
    ];

    /// <summary>Whether the bytes start like a video file of a common container.</summary>
    internal static bool Looks(ReadOnlySpan<byte> header) =>
        (header.Length >= 12 && (IsQuickTimeBox(header[4..8]) || header[8..12].SequenceEqual("AVI "u8)))
        || header.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3])
        || header.StartsWith("FLV"u8) || header.StartsWith("GIF8"u8) || header.StartsWith("OggS"u8)
        || header.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xBA]);

    private static bool IsQuickTimeBox(ReadOnlySpan<byte> kind) =>
        kind.SequenceEqual("ftyp"u8) || kind.SequenceEqual("moov"u8) || kind.SequenceEqual("mdat"u8) || kind.SequenceEqual("wide"u8)
        || kind.SequenceEqual("free"u8) || kind.SequenceEqual("skip"u8);
}
