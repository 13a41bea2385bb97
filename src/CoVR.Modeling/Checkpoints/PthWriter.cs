using System.Text;
using CoVR.Modeling.Checkpoints.Files;
using CoVR.Modeling.Checkpoints.Pickle;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Writes <c>.pth</c> files that Python's <c>torch.load(weights_only=True)</c> reads: streaming, and complete or not at all.</summary>
internal static class PthWriter
{
    /// <summary>Writes a dictionary, in which tensors of other files may be, and checks it before it is renamed.</summary>
    public static void Write(string path, IReadOnlyDictionary<string, object?> content, Action<string>? check = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        WriteValue(path, content, check);
    }

    /// <summary>Writes one tensor to a file.</summary>
    public static void Write(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        WriteValue(path, tensor);
    }

    private static void WriteValue(string path, object content, Action<string>? check = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var pickle = new TorchPickleWriter();
        pickle.Write(content);
        AtomicFile.Write(path, stream => WriteArchive(stream, ArchiveName(path), pickle), check);
    }

    private static void WriteArchive(FileStream stream, string name, TorchPickleWriter pickle)
    {
        var archive = new StoredZipWriter(stream);
        archive.Add($"{name}/data.pkl", pickle.ToArray());
        archive.Add($"{name}/byteorder", "little"u8.ToArray());
        for (var key = 0; key < pickle.Storages.Count; key++)
        {
            var tensor = pickle.Storages[key];
            archive.Add($"{name}/data/{key}", tensor.Bytes, write => tensor.Visit(bytes => write(bytes)));
        }

        archive.Add($"{name}/version", "3\n"u8.ToArray());
        archive.Finish();
    }

    // torch.save names the archive's folder after the file.
    private static string ArchiveName(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var safe = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            safe.Append(char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '_');
        }

        return safe.Length == 0 ? "archive" : safe.ToString();
    }
}
