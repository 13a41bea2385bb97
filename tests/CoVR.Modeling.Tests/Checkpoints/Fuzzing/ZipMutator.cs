using System.IO.Compression;

namespace CoVR.Modeling.Tests.Checkpoints.Fuzzing;

/// <summary>Mutates archives entry by entry; checksums and offsets that are not mutated stay right.</summary>
internal static class ZipMutator
{
    private static readonly string[] Names =
        ["../../../etc/passwd", "/etc/passwd", "archive/../data/0", "archive/data/0", "archive/data.pkl", "other/data.pkl", "data.pkl", "archive/constants.pkl", "archive/byteorder", "", "\0", "archive\\data\\0", "archive/data/"];

    private static readonly long[] Odd = [0, 1, -1, 29, 30, 255, 256, 257, ushort.MaxValue, int.MaxValue, uint.MaxValue, 1L << 40, long.MaxValue, long.MinValue, long.MaxValue - 30];

    /// <summary>A mutant.</summary>
    public static byte[] Mutate(byte[] pickle, Random random)
    {
        var (entries, end) = (FuzzCorpus.Entries(pickle).ToList(), new RawEnd { Wide = random.Next(3) == 0 });
        for (var change = random.Next(1, 4); change > 0; change--)
        {
            if (random.Next(5) == 0)
            {
                end = ChangeEnd(end, random);
            }
            else
            {
                Change(entries, random);
            }
        }

        return RawZip.Make(entries, end);
    }

    private static void Change(List<RawEntry> entries, Random random)
    {
        var at = random.Next(entries.Count);
        var entry = entries[at];
        switch (random.Next(6))
        {
            case 0 when entries.Count > 1:
                entries.RemoveAt(at);
                return;
            case 1:
                entries.Insert(at, entry with { Name = Names[random.Next(Names.Length)] });
                return;
        }

        var odd = Odd[random.Next(Odd.Length)];
        entries[at] = random.Next(9) switch
        {
            0 => entry with { Name = Names[random.Next(Names.Length)] },
            1 => entry with { Method = 8, Data = Deflate(entry.Data), Size = entry.Data.Length, Flags = (ushort)random.Next(4) },
            2 => entry with { Size = odd, Packed = odd, Wide = true },
            3 => entry with { Size = entry.Data.Length + random.Next(-2, 3), Packed = entry.Data.Length + random.Next(-2, 3) },
            4 => entry with { Offset = odd, Wide = random.Next(2) == 0 },
            5 => entry with { Crc = (uint)random.Next() },
            6 => entry with { Padding = random.Next(ushort.MaxValue) },
            7 => entry with { Flags = (ushort)random.Next(ushort.MaxValue), Wide = true },
            _ => entry with { Data = entry.Data[..random.Next(entry.Data.Length + 1)] },
        };
    }

    private static RawEnd ChangeEnd(RawEnd end, Random random)
    {
        var odd = Odd[random.Next(Odd.Length)];
        return random.Next(4) switch
        {
            0 => end with { Count = odd },
            1 => end with { Size = odd },
            2 => end with { Offset = odd },
            _ => end with { Wide = true, WidePosition = odd },
        };
    }

    private static byte[] Deflate(byte[] data)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Fastest))
        {
            deflate.Write(data);
        }

        return output.ToArray();
    }
}
