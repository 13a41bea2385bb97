using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;

namespace CoVR.Downloads;

/// <summary>Brings files to this machine: whole or not at all, and from where an earlier attempt ended.</summary>
/// <remarks>
/// <para>A file comes into <c>name.part</c>, beside <c>name.part.json</c>, which holds what the server said of its version; it gets
/// its name when its length and, where known, its hash are right and it is safely on disk. A part is continued only where the
/// server confirms the same version (<c>If-Range</c>) or a hash will tell; else the download begins anew. What the caller's own check
/// (<see cref="DownloadRequest.Check"/>) refuses never gets its name.</para>
/// <para>Several threads may use one downloader. Two processes that want the same file take turns: the second finds it there.</para>
/// </remarks>
public sealed class Downloader : IDisposable
{
    private const long RenewingProgress = 1 << 20;

    private readonly DownloaderOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpMessageInvoker _invoker;
    private readonly ResiliencePipeline _retries;

    /// <summary>Creates a downloader.</summary>
    /// <param name="options">Its patience; null for the defaults.</param>
    /// <param name="handler">Sends requests; stays the caller's. Null for one of its own, with the system's proxy.</param>
    /// <param name="time">Clock and timers; null for the system's.</param>
    /// <param name="logger">Hears of attempts; may be null.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; it lists all of them.</exception>
    public Downloader(DownloaderOptions? options = null, HttpMessageHandler? handler = null, TimeProvider? time = null, ILogger<Downloader>? logger = null)
    {
        _options = options ?? new DownloaderOptions();
        OptionsFaults.ThrowIfAny(_options);
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<Downloader>.Instance;
        _invoker = new HttpMessageInvoker(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false }, disposeHandler: handler is null);
        _retries = RetryRules.Create(_options, _time, _logger);
    }

    /// <summary>Tells the free bytes of the disk of a folder.</summary>
    internal Func<string, long> FreeSpace { get; init; } = folder =>
        new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;

    /// <summary>Downloads a file, unless it is there.</summary>
    /// <param name="request">What, and where to. A file that is there counts if its length is the expected one (if that is known); it is not hashed or checked again.</param>
    /// <param name="progress">Hears of bytes, at most ten times a second; may be null.</param>
    /// <param name="cancellationToken">Ends the download; what came is kept and continued the next time.</param>
    /// <returns>The complete file.</returns>
    /// <exception cref="DownloadException">The file cannot be had; it says why and what to do.</exception>
    /// <exception cref="ArgumentException">The address is not absolute or neither http nor https, or the hash is none.</exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public async Task<DownloadResult> DownloadAsync(
        DownloadRequest request, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        Check(request);
        var target = Path.GetFullPath(request.Path);
        if (Existing(request, target) is { } there)
        {
            return there;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var part = await PartFile.OpenAsync(target, _time, () => _logger.Waiting(target), cancellationToken).ConfigureAwait(false);
            return Existing(request, target) ?? await FetchAsync(request, target, part, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DiskFaults.Explain(request.Uri, target, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private static void Check(DownloadRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Path);
        if (!request.Uri.IsAbsoluteUri || request.Uri.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"'{request.Uri}' is no absolute http or https address.", nameof(request));
        }

        if (request.Sha256 is { } hash && (hash.Length is < 8 or > 64 || !hash.All(char.IsAsciiHexDigit)))
        {
            throw new ArgumentException($"'{hash}' is not 8 to 64 hexadecimal digits of a SHA-256.", nameof(request));
        }
    }

    private static DownloadResult? Existing(DownloadRequest request, string target)
    {
        var file = new FileInfo(target);
        return !request.Replace && file.Exists && (request.ExpectedBytes ?? file.Length) == file.Length ? new DownloadResult(target, file.Length, WasThere: true) : null;
    }

    private async Task<DownloadResult> FetchAsync(
        DownloadRequest request, string target, PartFile part, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        _logger.Downloading(DownloadException.Shown(request.Uri), target);
        var meter = new ProgressMeter(request, progress, _time);
        var redirects = new RedirectFollower(_invoker, _options.Redirects);
        var transfer = new Transfer(request, part, new TransferSettings(_options, redirects, meter, _time, _logger, FreeSpace));
        await RunAsync(transfer, part, cancellationToken).ConfigureAwait(false);
        var fault = await FindFaultAsync(request, part, cancellationToken).ConfigureAwait(false);
        if (fault is not null && transfer.ResumedAt > 0)
        {
            transfer.StartOver(fault.Reason);
            await RunAsync(transfer, part, cancellationToken).ConfigureAwait(false);
            fault = await FindFaultAsync(request, part, cancellationToken).ConfigureAwait(false);
        }

        if (fault is not null)
        {
            part.Drop();
            throw fault;
        }

        var bytes = await part.SealAsync().ConfigureAwait(false);
        part.Complete();
        meter.Report(bytes, bytes, always: true);
        _logger.Downloaded(target, bytes, _time.GetElapsedTime(started));
        return new DownloadResult(target, bytes, ResumedAt: transfer.ResumedAt);
    }

    // The repetitions begin anew as long as they bring the file on.
    private async Task RunAsync(Transfer transfer, PartFile part, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = part.Length;
            try
            {
                await _retries.ExecuteAsync(static (transfer, token) => transfer.RunAsync(token), transfer, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (DownloadException error) when (error.IsTransient && _options.Retries > 0 && part.Length - before >= RenewingProgress)
            {
                _logger.Retrying(DownloadException.Shown(error.Uri), error.Reason, TimeSpan.Zero);
            }
        }
    }

    /// <summary>What is wrong with bytes that are all there; null if nothing is.</summary>
    private static async Task<DownloadException?> FindFaultAsync(DownloadRequest request, PartFile part, CancellationToken cancellationToken)
    {
        if (request.ExpectedBytes is { } expected && part.Length != expected)
        {
            return new DownloadException(request.Uri, DownloadFailure.WrongLength, $"{part.Length} bytes came where {expected} are expected: it is another file or version.");
        }

        if (!await HasHashAsync(request, part, cancellationToken).ConfigureAwait(false))
        {
            return new DownloadException(request.Uri, DownloadFailure.WrongHash, $"the file's SHA-256 does not begin with {request.Sha256}: it was damaged or replaced, so do not use it.");
        }

        if (request.Check is not { } check)
        {
            return null;
        }

        await part.SealAsync().ConfigureAwait(false);
        return await check(part.PartPath, cancellationToken).ConfigureAwait(false) is { } reason
            ? new DownloadException(request.Uri, DownloadFailure.WrongContent, reason)
            : null;
    }

    private static async Task<bool> HasHashAsync(DownloadRequest request, PartFile part, CancellationToken cancellationToken)
    {
        if (request.Sha256 is not { } expected)
        {
            return true;
        }

        var hash = await part.ReadAsync(async stream => await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return Convert.ToHexStringLower(hash).StartsWith(expected, StringComparison.OrdinalIgnoreCase);
    }
}
