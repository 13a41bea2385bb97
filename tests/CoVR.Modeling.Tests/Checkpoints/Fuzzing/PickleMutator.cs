using System.Buffers.Binary;

namespace CoVR.Modeling.Tests.Checkpoints.Fuzzing;

/// <summary>Mutates pickles instruction by instruction, so that mutants reach deep into the machine.</summary>
internal static class PickleMutator
{
    private static readonly byte[][] Pool = MakePool();

    private static readonly long[] Odd = [0, 1, -1, 2, 7, 63, 64, 65, 255, 256, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, 1L << 40];

    /// <summary>The instructions of a pickle, each with its arguments.</summary>
    public static List<byte[]> Split(byte[] pickle)
    {
        var (parts, at) = (new List<byte[]>(), 0);
        while (at < pickle.Length)
        {
            var length = LengthOf(pickle.AsSpan(at));
            parts.Add(pickle[at..(at + length)]);
            at += length;
        }

        return parts;
    }

    /// <summary>A mutant.</summary>
    public static byte[] Mutate(byte[] pickle, Random random)
    {
        var parts = Split(pickle);
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            Change(parts, random);
        }

        return [.. parts.SelectMany(part => part)];
    }

    private static void Change(List<byte[]> parts, Random random)
    {
        var at = random.Next(parts.Count);
        switch (random.Next(9))
        {
            case 0 when parts.Count > 1:
                parts.RemoveAt(at);
                break;
            case 1:
                parts.Insert(at, parts[random.Next(parts.Count)]);
                break;
            case 2:
                var other = random.Next(parts.Count);
                (parts[at], parts[other]) = (parts[other], parts[at]);
                break;
            case 3:
                parts[at] = Pool[random.Next(Pool.Length)];
                break;
            case 4:
                parts.Insert(at, Pool[random.Next(Pool.Length)]);
                break;
            case 5:
                var block = parts.Skip(at).Take(random.Next(1, 12)).ToArray();
                parts.InsertRange(random.Next(parts.Count), Enumerable.Repeat(block, random.Next(1, 20)).SelectMany(part => part));
                break;
            case 6:
                parts[at] = Number(Odd[random.Next(Odd.Length)]);
                break;
            default:
                parts[at] = WithOtherArguments(parts[at], random);
                break;
        }
    }

    private static byte[] WithOtherArguments(byte[] part, Random random)
    {
        var changed = part.ToArray();
        if (changed.Length > 1)
        {
            changed[random.Next(1, changed.Length)] = (byte)random.Next(256);
        }
        else
        {
            changed[0] = (byte)random.Next(256);
        }

        return changed;
    }

    private static byte[] Number(long value) => new PickleBytes().Int(value).ToArray();

    private static byte[][] MakePool()
    {
        string[] names =
        [
            "torch._utils\n_rebuild_tensor_v2\n", "torch._utils\n_rebuild_tensor\n", "torch._utils\n_rebuild_tensor_v3\n", "torch._utils\n_rebuild_parameter\n",
            "torch._tensor\n_rebuild_from_type_v2\n", "torch._utils\n_rebuild_sparse_tensor\n", "collections\nOrderedDict\n", "torch\nSize\n", "torch\nfloat64\n",
            "torch\nDoubleStorage\n", "torch.storage\nUntypedStorage\n", "_codecs\nencode\n", "builtins\nset\n", "posix\nsystem\n", "builtins\neval\n", "src.tools\nThing\n",
        ];
        byte[][] simple = [.. "(.01N2)tl]ad}seubQRo"u8.ToArray().Concat(new byte[] { 0x81, 0x82, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94, 0x97, 0x98 }).Select(code => (byte[])[code])];
        return
        [
            .. simple,
            .. FuzzCorpus.Pickles.SelectMany(Split),
            .. names.Select(name => (byte[])[(byte)'c', .. System.Text.Encoding.ASCII.GetBytes(name)]),
            [(byte)'X', 255, 255, 255, 127], [(byte)'X', 255, 255, 255, 255], [0x8d, 255, 255, 255, 255, 255, 255, 255, 127], [0x8e, 0, 0, 0, 0, 0, 0, 0, 128],
            [0x8a, 255, 1], [0x8b, 255, 255, 255, 127], [(byte)'i', (byte)'o', (byte)'s', 10, (byte)'s', 10], [(byte)'h', 200], [(byte)'j', 255, 255, 255, 255], [(byte)'r', 255, 255, 255, 255],
            [0x80, 4], [0x95, 255, 255, 255, 255, 255, 255, 255, 255], [(byte)'T', 0, 0, 0, 128], [0x96, 1, 0, 0, 0, 0, 0, 0, 0, 65], [(byte)'B', 4, 0, 0, 0, 1, 2, 3, 4],
        ];
    }

    private static int LengthOf(ReadOnlySpan<byte> rest) => (char)rest[0] switch
    {
        '\u0080' or 'K' or 'q' or 'h' => 2,
        'M' => 3,
        'J' or 'r' or 'j' => 5,
        '\u0095' or 'G' => 9,
        '\u008a' or '\u008c' or 'U' or 'C' => 2 + rest[1],
        '\u008b' or 'X' or 'T' or 'B' => 5 + (int)BinaryPrimitives.ReadUInt32LittleEndian(rest[1..]),
        '\u008d' or '\u008e' or '\u0096' => 9 + (int)BinaryPrimitives.ReadInt64LittleEndian(rest[1..]),
        'c' => rest.IndexOf((byte)'\n') + 1 + rest[(rest.IndexOf((byte)'\n') + 1)..].IndexOf((byte)'\n') + 1,
        _ => 1,
    };
}
