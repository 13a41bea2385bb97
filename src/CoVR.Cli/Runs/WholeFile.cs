namespace CoVR.Cli.Runs;

/// <summary>Writes files beside their place and moves them there when they are complete, so that nobody ever reads half of one.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file; one that is there is replaced.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var partial = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
