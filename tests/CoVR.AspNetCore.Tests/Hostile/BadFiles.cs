using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using CoVR.Media;
using CoVR.TestData;

namespace CoVR.AspNetCore.Tests.Hostile;

/// <summary>Files that no decoder should trust.</summary>
internal static class BadFiles
{
    public static byte[] Picture { get; } = MediaWriter.EncodePng(TinyPictures.Paint(5));

    public static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>A PNG that announces a size, with rows of zeros up to a number of bytes.</summary>
    public static byte[] Png(int width, int height, int bytes = 0)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), height);
        (head[8], head[9]) = (8, 2);
        Chunk(file, "IHDR", head);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(new byte[bytes]);
        }

        Chunk(file, "IDAT", packed.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    public static byte[] Gif(int width, int height)
    {
        var head = Text("GIF89a....\u0080\0\0\0\0\0\u00ff\u00ff\u00ff,\0\0\0\0....\0\u0002\u0002D\u0001\0;");
        foreach (var at in new[] { 6, 24 })
        {
            BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(at), (ushort)width);
            BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(at + 2), (ushort)height);
        }

        return head;
    }

    public static byte[] Bmp(int width, int height)
    {
        var file = new byte[60];
        Text("BM").CopyTo(file, 0);
        (file[2], file[10], file[14], file[26], file[28]) = (60, 54, 40, 1, 24);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        return file;
    }

    /// <summary>A JPEG with only its headers.</summary>
    public static byte[] Jpeg(int width, int height) =>
        [0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xff, 0xd9];

    /// <summary>Playlists inside a container that decoders may follow.</summary>
    public static byte[] AviPlaylist { get; } = Text("RIFF\u0010\0\0\0AVI LIST\u0004\0\0\0movi#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n");

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        byte[] body = [.. Text(type), .. data];
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(body));
        file.Write(number);
    }
}
