using System.Text;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Pages;

/// <summary>Writes a UTF-8 file, whole or not at all.</summary>
internal static class TextFile
{
    public static Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.GetFullPath(path);
        return Task.Run(
            () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                AtomicFile.Write(full, file => file.Write(Encoding.UTF8.GetBytes(text)));
            },
            cancellationToken);
    }
}
