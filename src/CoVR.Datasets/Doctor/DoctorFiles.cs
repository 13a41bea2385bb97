using System.Text;

namespace CoVR.Datasets.Doctor;

/// <summary>Writes files beside their place and moves them there when they are whole.</summary>
internal static class DoctorFiles
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a text.</summary>
    /// <returns>The full path.</returns>
    public static async Task<string> WriteAsync(string path, string content, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var partial = $"{full}.{Path.GetRandomFileName()}.tmp";
        try
        {
            await File.WriteAllTextAsync(partial, content, Utf8, cancellationToken).ConfigureAwait(false);
            File.Move(partial, full, overwrite: true);
            return full;
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
