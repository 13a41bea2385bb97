using System.Text;
using CoVR.Modeling.Checkpoints.Pickle;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Reads what <c>torch.save</c> writes since PyTorch 1.6: <c>name/data.pkl</c>, <c>name/data/N</c>, <c>name/version</c> in a zip archive.</summary>
internal static class TorchZipReader
{
    private const string Pickle = "data.pkl";

    /// <summary>Reads the pickle and finds the storages; no tensor byte is read.</summary>
    public static CheckpointContent Read(CheckpointFile file, CheckpointReadLimits limits)
    {
        var zip = new ZipDirectory(file);
        var prefix = FindPrefix(file, zip);
        CheckByteOrder(file, zip, prefix);

        var pickle = zip.Entries[prefix + Pickle];
        var start = zip.Locate(pickle);
        var actual = TensorStorage.ComputeCrc(file, start, pickle.Size);
        if (actual != pickle.Crc)
        {
            throw file.Error($"the checksum of '{pickle.Name}' is {actual:x8} instead of {pickle.Crc:x8}: the file is damaged", start);
        }

        var resolver = new TorchPickleResolver(file);
        var root = new Unpickler(new RegionReader(file, start, start + pickle.Size), resolver, limits).Run();
        foreach (var storage in resolver.Storages)
        {
            Locate(file, zip, prefix, storage);
        }

        return new CheckpointContent(CheckpointFormat.TorchZip, root, CheckpointContent.NoMetadata);
    }

    private static string FindPrefix(CheckpointFile file, ZipDirectory zip)
    {
        var names = zip.Entries.Keys.Where(name => name == Pickle || (name.EndsWith("/" + Pickle, StringComparison.Ordinal) && name.IndexOf('/') == name.Length - Pickle.Length - 1)).ToArray();
        if (names.Length != 1)
        {
            throw file.Error($"the zip archive holds {names.Length} 'data.pkl' entries instead of one: it is not a file of torch.save");
        }

        var prefix = names[0][..^Pickle.Length];
        return zip.Entries.ContainsKey(prefix + "constants.pkl")
            ? throw file.Error("the file is a TorchScript program, not weights: save model.state_dict() instead")
            : prefix;
    }

    private static void CheckByteOrder(CheckpointFile file, ZipDirectory zip, string prefix)
    {
        if (!zip.Entries.TryGetValue(prefix + "byteorder", out var entry))
        {
            return;
        }

        var order = entry.Size <= 16 ? Encoding.ASCII.GetString(file.Read(zip.Locate(entry), (int)entry.Size)) : "?";
        if (order != "little")
        {
            throw file.Error($"the byte order is '{order}'; only little-endian files are supported");
        }
    }

    private static void Locate(CheckpointFile file, ZipDirectory zip, string prefix, TensorStorage storage)
    {
        if (!zip.Entries.TryGetValue($"{prefix}data/{storage.Key}", out var entry))
        {
            throw file.Error($"the archive lacks the storage '{storage.Key}'");
        }

        var start = zip.Locate(entry);
        if (entry.Size != storage.Bytes)
        {
            throw file.Error($"storage '{storage.Key}' has {entry.Size} bytes instead of the announced {storage.Bytes}");
        }

        storage.Locate(start, entry.Crc);
    }
}
