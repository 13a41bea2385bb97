using System.Buffers.Binary;
using System.Numerics;
using CoVR.Modeling.Checkpoints.Pickle;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Reads what <c>torch.save</c> wrote before PyTorch 1.6: five pickles (magic, protocol, machine, value, storage keys), then raw storages.</summary>
internal static class TorchLegacyReader
{
    private const long Protocol = 1001;
    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads the pickles and finds the storages; no tensor byte is read.</summary>
    public static CheckpointContent Read(CheckpointFile file, CheckpointReadLimits limits)
    {
        var reader = new RegionReader(file, 0, file.Length);
        var resolver = new TorchPickleResolver(file);
        CheckMagic(file, Next());
        CheckMachine(file, Next(), Next());
        var root = Next();
        var keys = Next() as List<object?> ?? throw file.Error("the list of storages is missing", reader.Position);
        LocateAll(file, resolver, keys, reader.Position);
        return new CheckpointContent(CheckpointFormat.TorchLegacy, root, CheckpointContent.NoMetadata);

        object? Next() => new Unpickler(reader, resolver, limits).Run();
    }

    private static void CheckMagic(CheckpointFile file, object? value)
    {
        if (value is not BigInteger magic || magic != Magic)
        {
            throw file.Error("the file is a Python pickle, but not one of torch.save");
        }
    }

    private static void CheckMachine(CheckpointFile file, object? protocol, object? value)
    {
        if (protocol is not Protocol)
        {
            throw file.Error($"version {protocol} of PyTorch's old format is unknown");
        }

        if (value is not OrderedDictionary<object, object?> machine || !machine.TryGetValue("little_endian", out var little) || little is not true)
        {
            throw file.Error("the file was written on a big-endian machine; only little-endian files are supported");
        }
    }

    private static void LocateAll(CheckpointFile file, TorchPickleResolver resolver, List<object?> keys, long position)
    {
        var waiting = resolver.Storages.ToLookup(storage => storage.Key, StringComparer.Ordinal);
        var found = new HashSet<string>(StringComparer.Ordinal);
        Span<byte> count = stackalloc byte[8];
        foreach (var item in keys)
        {
            if (item is not string key || !waiting.Contains(key) || !found.Add(key))
            {
                throw file.Error("the list of storages names one that no tensor uses, or one twice", position);
            }

            file.Read(count, position);
            position += count.Length;
            position += Locate(file, waiting[key], BinaryPrimitives.ReadInt64LittleEndian(count), position);
        }

        if (waiting.FirstOrDefault(storages => !found.Contains(storages.Key)) is { } lost)
        {
            throw file.Error($"the file lacks the storage '{lost.Key}'");
        }
    }

    private static long Locate(CheckpointFile file, IEnumerable<TensorStorage> storages, long elements, long position)
    {
        var bytes = 0L;
        foreach (var storage in storages)
        {
            if (storage.Elements != elements || storage.Bytes > file.Length - position)
            {
                throw file.Error($"storage '{storage.Key}' has {elements} elements instead of the announced {storage.Elements}, or extends beyond the file", position);
            }

            storage.Locate(position, crc: null);
            bytes = storage.Bytes;
        }

        return bytes;
    }
}
