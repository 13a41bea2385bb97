using System.Runtime.CompilerServices;
using CoVR.Data;
using CoVR.Downloads;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Datasets.Download;

/// <summary>Brings annotation files to this machine and reads each of them before it gets its name.</summary>
/// <remarks>
/// A file that is there and can be read is left alone; one that cannot be read is replaced, when a right one is here. Interrupted
/// downloads are continued by the next run. Safe for several threads and processes.
/// </remarks>
public sealed class AnnotationDownload
{
    private readonly AnnotationDownloadOptions _options;
    private readonly Downloader _downloader;
    private readonly ILogger _logger;

    /// <summary>Creates a job.</summary>
    /// <param name="options">Where to and where from.</param>
    /// <param name="downloader">Fetches files; stays the caller's.</param>
    /// <param name="logger">Told about files that fail; may be null.</param>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public AnnotationDownload(AnnotationDownloadOptions options, Downloader downloader, ILogger<AnnotationDownload>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(downloader);
        options.Validate();
        (_options, _downloader, _logger) = (options, downloader, (ILogger?)logger ?? NullLogger.Instance);
    }

    /// <summary>The address from which a file is taken.</summary>
    /// <param name="file">A file of the catalogue.</param>
    /// <returns>The address; null for a file that is made from others.</returns>
    public Uri? AddressOf(AnnotationFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return _options.AddressOf(file);
    }

    /// <summary>The path to which a file goes.</summary>
    /// <param name="file">A file of the catalogue.</param>
    /// <returns>The absolute path.</returns>
    public string PathOf(AnnotationFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return _options.PathOf(file.Path);
    }

    /// <summary>Downloads files, one after the other; a file that fails never ends the others.</summary>
    /// <param name="files">Files of <see cref="AnnotationCatalog"/>.</param>
    /// <param name="progress">Hears of bytes; may be null.</param>
    /// <param name="cancellationToken">Ends the job; what came is kept and continued the next time.</param>
    /// <returns>One outcome for each file, in order. Files of a host that could not be reached for an earlier one fail at once.</returns>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public async IAsyncEnumerable<AnnotationOutcome> DownloadAsync(
        IEnumerable<AnnotationFile> files, IProgress<DownloadProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        HashSet<string> unreachable = new(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files)
        {
            var outcome = await DownloadOneAsync(file, unreachable, progress, cancellationToken).ConfigureAwait(false);
            if (outcome.Status == AnnotationStatus.Failed)
            {
                _logger.AnnotationFailed(file.Path, outcome.Reason!);
            }

            yield return outcome;
        }
    }

    private async Task<AnnotationOutcome> DownloadOneAsync(
        AnnotationFile file, HashSet<string> unreachable, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        var path = _options.PathOf(file.Path);
        try
        {
            return file.Parts.Count > 0
                ? await MakeAsync(file, path, cancellationToken).ConfigureAwait(false)
                : await FetchAsync(file, path, unreachable, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is DownloadException or DatasetFormatException or IOException or UnauthorizedAccessException)
        {
            if (error is DownloadException { Failure: DownloadFailure.Unreachable, Uri.Authority: var host })
            {
                unreachable.Add(host);
            }

            return new AnnotationOutcome(file, path, AnnotationStatus.Failed) { Reason = error.Message };
        }
    }

    private async Task<AnnotationOutcome> FetchAsync(
        AnnotationFile file, string path, HashSet<string> unreachable, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        var isThere = File.Exists(path);
        var (count, fault) = isThere ? await ReadAsync(file, path, cancellationToken).ConfigureAwait(false) : (0, null);
        if (isThere && fault is null && !_options.Overwrite)
        {
            return Right(file, path, AnnotationStatus.AlreadyThere, count);
        }

        var address = _options.AddressOf(file)!;
        if (unreachable.Contains(address.Authority))
        {
            return new AnnotationOutcome(file, path, AnnotationStatus.Failed) { Reason = $"{address.Host} could not be reached for an earlier file." };
        }

        var request = new DownloadRequest(address, path)
        {
            Replace = isThere,
            Check = async (arrived, token) =>
            {
                (count, var wrong) = await ReadAsync(file, arrived, token).ConfigureAwait(false);
                return wrong is null ? null : $"this is not {Called(file.Content)}: {wrong}";
            },
        };
        await _downloader.DownloadAsync(request, progress, cancellationToken).ConfigureAwait(false);
        return Right(file, path, AnnotationStatus.Downloaded, count) with { Reason = fault is null ? null : $"the file that was there could not be read ({fault})" };
    }

    private async Task<AnnotationOutcome> MakeAsync(AnnotationFile file, string path, CancellationToken cancellationToken)
    {
        string[] parts = [.. file.Parts.Select(_options.PathOf)];
        var content = await MergedAnnotations.JoinAsync(parts, cancellationToken).ConfigureAwait(false);
        var isSame = !_options.Overwrite && File.Exists(path) && (await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(content);
        if (!isSame)
        {
            await MergedAnnotations.WriteAsync(path, content, cancellationToken).ConfigureAwait(false);
        }

        var (count, fault) = await ReadAsync(file, path, cancellationToken).ConfigureAwait(false);
        return fault is null
            ? Right(file, path, isSame ? AnnotationStatus.AlreadyThere : AnnotationStatus.Made, count)
            : new AnnotationOutcome(file, path, AnnotationStatus.Failed) { Reason = fault };
    }

    private static AnnotationOutcome Right(AnnotationFile file, string path, AnnotationStatus status, long count) =>
        new(file, path, status) { Entries = count, Bytes = new FileInfo(path).Length };

    private static async Task<(long Entries, string? Fault)> ReadAsync(AnnotationFile file, string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await AnnotationCheck.CountAsync(path, file.Content, cancellationToken).ConfigureAwait(false), null);
        }
        catch (DatasetFormatException fault)
        {
            // The path is that of a part, which nobody knows.
            return (0, (fault.Line is null ? "" : $"line {fault.Line}, ") + (fault.Field is null ? "" : $"field '{fault.Field}': ") + fault.Reason);
        }
    }

    private static string Called(AnnotationContent content) => content switch
    {
        AnnotationContent.WebVidCoVRTable => "a table of triplets",
        AnnotationContent.CirrCaptions => "a list of CIRR's queries",
        AnnotationContent.CirrImages => "a list of CIRR's pictures",
        AnnotationContent.FashionIQCaptions => "a list of FashionIQ's queries",
        AnnotationContent.FashionIQImages => "a list of FashionIQ's pictures",
        _ => "a list of CIRCO's queries",
    };
}
