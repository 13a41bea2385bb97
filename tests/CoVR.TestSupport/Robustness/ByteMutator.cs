using System.Text;

namespace CoVR.TestSupport.Robustness;

/// <summary>Makes broken files from whole ones, without knowing what their bytes mean.</summary>
/// <param name="seeds">The whole files.</param>
/// <param name="tokens">What has a meaning in the format, inserted now and then.</param>
public sealed class ByteMutator(IReadOnlyList<byte[]> seeds, params string[] tokens)
{
    private const int MostChanges = 6;
    private const int LongestBlock = 64;
    private const int Edge = 600;

    private static readonly long[] Odd =
        [0, 1, -1, 2, 3, 7, 8, 16, 63, 64, 65, 127, 128, 255, 256, 257, short.MaxValue, short.MinValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, 1L << 40];

    private readonly byte[][] _tokens = [.. tokens.Select(Encoding.UTF8.GetBytes)];

    /// <summary>A mutant of any seed.</summary>
    public byte[] Make(Random random) => Mutate(seeds[random.Next(seeds.Count)], random);

    /// <summary>A mutant of a file.</summary>
    public byte[] Mutate(byte[] file, Random random)
    {
        List<byte> bytes = [.. file];
        for (var change = random.Next(1, MostChanges); change > 0 && bytes.Count > 0; change--)
        {
            Change(bytes, random);
        }

        return random.Next(12) switch
        {
            0 => [.. bytes.Take(random.Next(bytes.Count + 1))],
            1 => [.. bytes, .. bytes.Skip(random.Next(bytes.Count + 1))],
            2 when seeds.Count > 1 => [.. bytes.Take(random.Next(bytes.Count + 1)), .. Tail(seeds[random.Next(seeds.Count)], random)],
            _ => [.. bytes],
        };
    }

    private static IEnumerable<byte> Tail(byte[] file, Random random) => file.Skip(random.Next(file.Length + 1));

    private static byte[] OddNumber(Random random)
    {
        var number = BitConverter.GetBytes(Odd[random.Next(Odd.Length)])[..(1 << random.Next(4))];
        if (random.Next(2) == 0)
        {
            Array.Reverse(number);
        }

        return number;
    }

    // Half of the changes hit the head or the end, where the structure is.
    private static int Place(int count, Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(Edge, count)),
        1 => count - 1 - random.Next(Math.Min(Edge, count)),
        _ => random.Next(count),
    };

    private static void Overwrite(List<byte> bytes, int at, byte[] by)
    {
        for (var i = 0; i < by.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = by[i];
        }
    }

    private void Change(List<byte> bytes, Random random)
    {
        var at = Place(bytes.Count, random);
        var length = Math.Min(bytes.Count - at, random.Next(1, LongestBlock));
        switch (random.Next(12))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                bytes[at] = (byte)random.Next(256);
                break;
            case 3:
                bytes[at] = random.Next(2) == 0 ? (byte)0 : (byte)0xFF;
                break;
            case 4 or 5:
                Overwrite(bytes, at, OddNumber(random));
                break;
            case 6:
                bytes.InsertRange(at, OddNumber(random));
                break;
            case 7:
                bytes.RemoveRange(at, length);
                break;
            case 8:
                var block = bytes.GetRange(at, length);
                bytes.InsertRange(random.Next(bytes.Count), Enumerable.Repeat(block, random.Next(1, 8)).SelectMany(part => part));
                break;
            case 9:
                Overwrite(bytes, Place(bytes.Count, random), [.. bytes.GetRange(at, length)]);
                break;
            case 10 when _tokens.Length > 0:
                Overwrite(bytes, at, _tokens[random.Next(_tokens.Length)]);
                break;
            case 11 when _tokens.Length > 0:
                bytes.InsertRange(at, _tokens[random.Next(_tokens.Length)]);
                break;
            default:
                bytes[at]++;
                break;
        }
    }
}
