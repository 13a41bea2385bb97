namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Files as PyTorch before 1.6 wrote them: magic number, protocol, machine, value, storage keys, storages.</summary>
internal static class LegacyBytes
{
    private static readonly byte[] Magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    /// <summary>A file of a value's pickle and its storages.</summary>
    public static byte[] Make(byte[] value, params (string Key, long Elements, byte[] Data)[] storages) => Make(value, true, storages);

    /// <summary>A file of a machine of either byte order.</summary>
    public static byte[] Make(byte[] value, bool littleEndian, params (string Key, long Elements, byte[] Data)[] storages) =>
        [.. Head(value, littleEndian, storages.Select(storage => storage.Key)), .. storages.SelectMany(storage => (byte[])[.. BitConverter.GetBytes(storage.Elements), .. storage.Data])];

    /// <summary>All that comes before the storages.</summary>
    public static byte[] Head(byte[] value, bool littleEndian, IEnumerable<string> storageKeys)
    {
        var machine = PickleBytes.Protocol2.Op('}').Text("little_endian").Op((byte)(littleEndian ? 0x88 : 0x89)).Op('s').End();
        var keys = PickleBytes.Protocol2.Op(']');
        foreach (var key in storageKeys)
        {
            keys.Text(key).Op('a');
        }

        return [.. Magic, .. PickleBytes.Protocol2.Op((byte)'M', 0xe9, 3).End(), .. machine, .. value, .. keys.End()];
    }
}
