using System.Buffers.Binary;
using System.IO.Hashing;
using Xunit;

namespace CoVR.TestSupport.Robustness;

/// <summary>Broken pictures of a format.</summary>
public static class ImageFuzz
{
    /// <summary>The pixel limit that the decoder is to have.</summary>
    public const int MaxPixels = 1 << 18;

    private const long FreeBytes = 8L * MaxPixels;

    /// <summary>Decodes mutants: each gives a whole picture within the limit, or a <see cref="MediaReadException"/>.</summary>
    /// <param name="name">The format.</param>
    /// <param name="share">How many of the usual inputs it takes.</param>
    /// <param name="decoder">The decoder, with the limit <see cref="MaxPixels"/>; its way of looking at pictures is tried too.</param>
    /// <param name="seeds">Whole pictures.</param>
    /// <param name="tokens">What has a meaning in the format.</param>
    public static void Run(string name, int share, IImageDecoder decoder, IReadOnlyList<byte[]> seeds, params string[] tokens)
    {
        Assert.All(seeds, seed => Assert.NotEqual(0, decoder.Decode(seed, name).Width));
        var mutator = new ByteMutator(seeds, tokens);
        Fuzz.Run(
            name,
            share,
            random => random.Next(8) > 0 ? WithPngChecksums(mutator.Make(random)) : mutator.Make(random),
            mutant =>
            {
                try
                {
                    var frame = ((mutant.Length & 1) == 0 ? decoder : decoder.AsSeen).Decode(mutant, name);
                    Assert.InRange(frame.Width * frame.Height, 1, MaxPixels);
                    Assert.Equal(frame.Width * frame.Height * 3, frame.Rgb.Length);
                    return true;
                }
                catch (MediaReadException error)
                {
                    Assert.Equal(name, error.Media);
                    return false;
                }
            },
            FreeBytes);
    }

    /// <summary>Corrects the checksums of the chunks of a PNG, so that what they hold is looked at; leaves everything else as it is.</summary>
    private static byte[] WithPngChecksums(byte[] file)
    {
        const int signature = 8, frame = 12;
        for (var at = signature; file.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P']) && at + frame <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - frame)
            {
                break;
            }

            var end = at + frame - sizeof(uint) + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(end), Crc32.HashToUInt32(file.AsSpan(at + sizeof(uint), (int)length + sizeof(uint))));
            at = end + sizeof(uint);
        }

        return file;
    }
}
