namespace CoVR.Media.Images;

/// <summary>Distinguishes animated GIF files, which are videos, from still ones (GIF89a specification).</summary>
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
        for (var at = HeaderLength + GifBlocks.TableLength(file[10]); at < file.Length && pictures < 2;)
        {
            switch (file[at])
            {
                case 0x21:
                    at = GifBlocks.Skip(file, at + 2);
                    break;
                case 0x2C when at + 10 <= file.Length:
                    pictures++;
                    at = GifBlocks.Skip(file, at + 11 + GifBlocks.TableLength(file[at + 9]));
                    break;
                default:
                    return false;
            }
        }

        return pictures > 1;
    }
}

/// <summary>Lengths of the parts of GIF files.</summary>
internal static class GifBlocks
{
    /// <summary>The bytes of the palette that the flags of a screen or picture announce.</summary>
    internal static int TableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    /// <summary>Where a chain of blocks ends.</summary>
    internal static int Skip(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length && file[at] != 0)
        {
            at += 1 + file[at];
        }

        return at + 1;
    }
}
