using System.Runtime.CompilerServices;
using CoVR.Data;
using CoVR.Downloads;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Cli.Commands.Download;

/// <summary>Where annotations go, and where they come from if not from their publishers.</summary>
internal sealed class AnnotationDownloadOptions
{
    /// <summary>The working folder, in which <c>annotation/…</c> and <c>datasets/…</c> are made.</summary>
    public string Folder { get; set; } = ".";

    /// <summary>A server that has all files under the same paths, such as <c>annotation/cirr/cap.rc2.val.json</c>; null: the publishers' addresses.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>Other addresses of single files, by file name or path; they take precedence over <see cref="BaseAddress"/>.</summary>
    public Dictionary<string, Uri> Addresses { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether existing valid files are downloaded and made again.</summary>
    public bool Overwrite { get; set; }
}

/// <summary>Downloads annotation files and reads each of them before it gets its name.</summary>
/// <remarks>An existing file is kept if it can be read, and else replaced once a valid one has arrived. Interrupted downloads are continued by the next run.</remarks>
internal sealed class AnnotationDownload(AnnotationDownloadOptions options, Downloader downloader)
{
    private static readonly HttpRequestError[] Unreachable =
        [HttpRequestError.NameResolutionError, HttpRequestError.ConnectionError, HttpRequestError.ProxyTunnelError, HttpRequestError.SecureConnectionError];

    /// <summary>The address that a file is downloaded from; null for a file that is made from others.</summary>
    public Uri? AddressOf(AnnotationFile file) =>
        file.Uri is null ? null
        : options.Addresses.TryGetValue(file.Path, out var own) || options.Addresses.TryGetValue(file.Name, out own) ? own
        : options.BaseAddress is { } mirror ? DownloadCommand.Under(mirror, file.Path)
        : file.Uri;

    /// <summary>The absolute path of a file.</summary>
    public string PathOf(AnnotationFile file) => PathOf(file.Path);

    /// <summary>Downloads files, one after the other.</summary>
    /// <returns>One outcome for each file, in order. Files of a host that could not be reached for an earlier one fail at once.</returns>
    public async IAsyncEnumerable<AnnotationOutcome> DownloadAsync(
        IEnumerable<AnnotationFile> files, IProgress<JobProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        HashSet<string> unreachable = new(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files)
        {
            yield return await DownloadOneAsync(file, unreachable, progress, cancellationToken);
        }
    }

    private string PathOf(string path) => Path.GetFullPath(Path.Combine([options.Folder, .. path.Split('/')]));

    private async Task<AnnotationOutcome> DownloadOneAsync(AnnotationFile file, HashSet<string> unreachable, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        var path = PathOf(file);
        try
        {
            return file.Parts.Count > 0
                ? await MakeAsync(file, path, cancellationToken)
                : await FetchAsync(file, path, unreachable, progress, cancellationToken);
        }
        catch (Exception error) when (error is DownloadException or DatasetFormatException or IOException or UnauthorizedAccessException)
        {
            if (error is DownloadException { InnerException: HttpRequestException { HttpRequestError: var cause }, Uri.Authority: var host } && Unreachable.Contains(cause))
            {
                unreachable.Add(host);
            }

            return new AnnotationOutcome(file, path, AnnotationStatus.Failed) { Reason = error.Message };
        }
    }

    private async Task<AnnotationOutcome> FetchAsync(AnnotationFile file, string path, HashSet<string> unreachable, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        var exists = File.Exists(path);
        var (count, fault) = exists ? await ReadAsync(file, path, cancellationToken) : (0, null);
        if (exists && fault is null && !options.Overwrite)
        {
            return Done(file, path, AnnotationStatus.AlreadyThere, count);
        }

        var address = AddressOf(file)!;
        if (unreachable.Contains(address.Authority))
        {
            return new AnnotationOutcome(file, path, AnnotationStatus.Failed) { Reason = $"{address.Host} could not be reached for an earlier file." };
        }

        await downloader.DownloadAsync(address, path, CheckAsync, replace: exists, progress, cancellationToken);
        return Done(file, path, AnnotationStatus.Downloaded, count) with { Reason = fault is null ? null : $"the existing file could not be read ({fault})" };

        async Task<string?> CheckAsync(string arrived, CancellationToken token)
        {
            (count, var wrong) = await ReadAsync(file, arrived, token);
            return wrong is null ? null : $"this is not {file.Format.Description}: {wrong}";
        }
    }

    private async Task<AnnotationOutcome> MakeAsync(AnnotationFile file, string path, CancellationToken cancellationToken)
    {
        var content = await MergedAnnotations.JoinAsync(file.Parts.Select(PathOf), cancellationToken);
        var isSame = !options.Overwrite && File.Exists(path) && (await File.ReadAllBytesAsync(path, cancellationToken)).AsSpan().SequenceEqual(content);
        if (!isSame)
        {
            AtomicFile.Write(path, stream => stream.Write(content));
        }

        var (count, fault) = await ReadAsync(file, path, cancellationToken);
        return fault is null
            ? Done(file, path, isSame ? AnnotationStatus.AlreadyThere : AnnotationStatus.Made, count)
            : new AnnotationOutcome(file, path, AnnotationStatus.Failed) { Reason = fault };
    }

    private static AnnotationOutcome Done(AnnotationFile file, string path, AnnotationStatus status, long count) =>
        new(file, path, status) { Entries = count, Bytes = new FileInfo(path).Length };

    private static async Task<(long Entries, string? Fault)> ReadAsync(AnnotationFile file, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await file.Format.CountEntriesAsync(path, cancellationToken), null);
        }
        catch (DatasetFormatException fault)
        {
            // Without the path, which is that of a temporary file.
            return (0, (fault.Line is null ? "" : $"line {fault.Line}, ") + (fault.Field is null ? "" : $"field '{fault.Field}': ") + fault.Reason);
        }
    }
}
