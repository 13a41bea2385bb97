namespace CoVR.Media;

/// <summary>Tells animated GIF files, which are videos, from still ones (GIF89a specification).</summary>
internal static class GifAnimation
{
    private const int HeaderLength = 13;

    /// <summary>Whether the file holds more than one picture.</summary>
    internal static bool IsAnimated(ReadOnlySpan<byte> file)
    {
        if (file.Length < HeaderLength)
        {
            return false;
        }

        var pictures = 0;
        for (var at = HeaderLength + TableLength(file[10]); at < file.Length && pictures < 2;)
        {
            switch (file[at])
            {
                case 0x21:
                    at = SkipBlocks(file, at + 2);
                    break;
                case 0x2C when at + 10 <= file.Length:
                    pictures++;
                    at = SkipBlocks(file, at + 11 + TableLength(file[at + 9]));
                    break;
                default:
                    return false;
            }
        }

        return pictures > 1;
    }

    private static int TableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static int SkipBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] != 0)
        {
            at += 1 + file[at];
        }

        return at + 1;
    }
}
