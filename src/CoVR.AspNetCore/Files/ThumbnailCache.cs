using CoVR.AspNetCore.Safety;

namespace CoVR.AspNetCore.Files;

/// <summary>Keeps thumbnails in a folder, those used last within a number of bytes. Files are written beside and renamed; what an earlier process left counts too.</summary>
internal sealed class ThumbnailCache
{
    private const string Extension = ".jpg";

    private readonly string _folder;
    private readonly BoundedStore<bool> _kept;

    public ThumbnailCache(CoVRWebOptions options)
    {
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        _folder = options.ThumbnailFolder ?? Path.Combine(local.Length > 0 ? local : Path.GetTempPath(), "covr", "thumbnails");
        _kept = new BoundedStore<bool>(options.ThumbnailBytes, (key, _) => Delete(PathOf(key)));
        Directory.CreateDirectory(_folder);
        foreach (var file in new DirectoryInfo(_folder).EnumerateFiles().OrderBy(file => file.LastWriteTimeUtc).ToList())
        {
            if (file.Extension == Extension)
            {
                _kept.Add(Path.GetFileNameWithoutExtension(file.Name), true, file.Length);
            }
            else if (file.Extension == ".tmp")
            {
                Delete(file.FullName); // left by a process that was killed
            }
        }
    }

    public async Task<byte[]?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return _kept.TryGet(key, out _) ? await File.ReadAllBytesAsync(PathOf(key), cancellationToken).ConfigureAwait(false) : null;
        }
        catch (IOException)
        {
            _kept.Remove(key);
            return null;
        }
    }

    public async Task WriteAsync(string key, byte[] jpeg, CancellationToken cancellationToken)
    {
        var beside = Path.Combine(_folder, $"{key}.{Guid.NewGuid():n}.tmp");
        try
        {
            await File.WriteAllBytesAsync(beside, jpeg, cancellationToken).ConfigureAwait(false);
            File.Move(beside, PathOf(key), overwrite: true);
            _kept.Add(key, true, jpeg.Length);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Delete(beside); // a full disk leaves the cache as it is
        }
        catch
        {
            Delete(beside);
            throw;
        }
    }

    private string PathOf(string key) => Path.Combine(_folder, key + Extension);

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another process has it open; it counts again at the next start.
        }
    }
}
