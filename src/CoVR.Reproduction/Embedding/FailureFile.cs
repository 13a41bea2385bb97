using System.Text;

namespace CoVR.Reproduction.Embedding;

/// <summary>Failures as lines of JSON that are only appended to; an unfinished last line, left by a killed process, is skipped.</summary>
internal sealed class FailureFile(string path)
{
    private readonly Lock _gate = new();

    /// <summary>The last failure of each item in some files.</summary>
    public static IReadOnlyDictionary<MediaId, EmbeddingFailure> Read(IEnumerable<string> paths) => EmbeddingFailure.FromJsonLines(paths.SelectMany(Lines));

    public void Append(EmbeddingFailure failure)
    {
        var line = failure.ToJsonLine() + "\n";
        lock (_gate)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.UTF8.GetBytes(EndsUnfinished(file) ? "\n" + line : line));
            file.Flush(flushToDisk: true);
        }
    }

    private static bool EndsUnfinished(FileStream file)
    {
        if (file.Length == 0)
        {
            return false;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
