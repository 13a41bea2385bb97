namespace CoVR.Downloads;

/// <summary>What an error of the file system means for a download.</summary>
internal static class DiskFaults
{
    /// <summary>The error for a file that cannot be written.</summary>
    public static DownloadException Explain(Uri uri, string path, Exception error)
    {
        // ENOSPC and ERROR_DISK_FULL.
        const int noSpace = 28, diskFull = unchecked((int)0x80070070);
        return error.HResult is noSpace or diskFull
            ? new DownloadException(uri, DownloadFailure.NoSpace, $"the disk of {path} is full: make room or choose another folder.", error)
            : new DownloadException(uri, DownloadFailure.NotWritable, $"{path} cannot be written: {error.Message}", error);
    }
}
