using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.Retry;

namespace CoVR.Downloads;

/// <summary>Downloads files completely or not at all, and resumes earlier attempts.</summary>
/// <remarks>
/// <para>A file arrives in <c>name.part</c>, beside <c>name.part.json</c>, which records the server's version of it. It gets its name when
/// its length and, where known, its hash are right and it is safely on disk. A part is continued only where the server confirms the same
/// version (<c>If-Range</c>) or a hash will tell; otherwise the download starts again.</para>
/// <para>Thread-safe. Two processes that download the same file take turns: the second finds it in place.</para>
/// </remarks>
public sealed class Downloader : IDisposable
{
    private const long RenewingProgress = 1 << 20;

    private readonly ILogger _logger;
    private readonly HttpClient _client;

    /// <summary>Creates a downloader.</summary>
    /// <param name="handler">Sends requests; the caller keeps ownership. Null: the downloader's own, with the system's proxy.</param>
    /// <param name="time">Clock and timers; null: the system's.</param>
    /// <param name="logger">Null: nothing is logged.</param>
    public Downloader(HttpMessageHandler? handler = null, TimeProvider? time = null, ILogger<Downloader>? logger = null)
    {
        Time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<Downloader>.Instance;
        _client = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false }, disposeHandler: handler is null) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>How often a failed attempt is repeated, at least 0; the count is reset after each megabyte received.</summary>
    /// <value>6. The waits start at a second and double, with jitter, up to a minute, or follow <c>Retry-After</c>.</value>
    public int Retries { get; init; } = 6;

    /// <summary>How long an attempt may go without receiving a byte.</summary>
    /// <value>1 minute.</value>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(1);

    internal TimeProvider Time { get; }

    /// <summary>Returns the free bytes of a folder's disk.</summary>
    internal Func<string, long> FreeSpace { get; init; } = folder =>
        new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;

    /// <summary>Bytes that stay free on the disk.</summary>
    internal long ReservedSpace { get; init; } = 64L << 20;

    internal int MaxRedirects { get; init; } = 10;

    /// <summary>Downloads a file. A web page instead of it is an error.</summary>
    /// <param name="uri">An absolute <c>http</c> or <c>https</c> address.</param>
    /// <param name="path">Where to put the file; folders are created. Until it is complete it is named <c>….part</c>.</param>
    /// <param name="check">
    /// Checks the complete file before it is renamed: given its temporary path, returns null if the file is right, else what is wrong.
    /// A wrong one is removed and fails with this reason; if the check throws, the file is kept for the next attempt. Null: any content is accepted.
    /// </param>
    /// <param name="replace">Whether an existing file is replaced once the new one is complete; otherwise it is kept, without a check.</param>
    /// <param name="progress">Told the bytes at most ten times a second, with the file's name as activity; null: no listener.</param>
    /// <param name="cancellationToken">Stops the download; the bytes received are kept, and the next attempt continues there.</param>
    /// <returns>True: it was downloaded. False: it was there already.</returns>
    /// <exception cref="DownloadException">The download failed; the message says why and what to do.</exception>
    /// <exception cref="ArgumentException">The address is not absolute or neither http nor https.</exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public Task<bool> DownloadAsync(
        Uri uri,
        string path,
        Func<string, CancellationToken, Task<string?>>? check = null,
        bool replace = false,
        IProgress<JobProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        DownloadAsync(new DownloadRequest(uri, path) { Check = check, Replace = replace, Retries = Retries, StallTimeout = StallTimeout }, progress, cancellationToken);

    /// <summary>Downloads a file, unless it exists: an existing file counts if its length is the expected one (if that is known).</summary>
    internal async Task<bool> DownloadAsync(DownloadRequest request, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        request.Validate();
        var target = Path.GetFullPath(request.Path);
        if (Exists(request, target))
        {
            PartFile.RemoveLeftovers(target);
            return false;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var part = await PartFile.OpenAsync(target, Time, () => _logger.Waiting(target), cancellationToken).ConfigureAwait(false);
            if (Exists(request, target))
            {
                return false;
            }

            await FetchAsync(request, target, part, progress, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw PartFile.WriteError(request.Uri, target, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static bool Exists(DownloadRequest request, string target)
    {
        var file = new FileInfo(target);
        return !request.Replace && file.Exists && (request.ExpectedBytes ?? file.Length) == file.Length;
    }

    private async Task FetchAsync(DownloadRequest request, string target, PartFile part, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        var started = Time.GetTimestamp();
        _logger.Downloading(DownloadException.Shown(request.Uri), target);
        var transfer = new Transfer(this, new RedirectFollower(_client, MaxRedirects), request, part, progress, _logger);
        await RunAsync(transfer, request, part, cancellationToken).ConfigureAwait(false);
        var fault = await FindFaultAsync(request, part, cancellationToken).ConfigureAwait(false);
        if (fault is not null && transfer.HasResumed)
        {
            transfer.StartOver(fault.Reason);
            await RunAsync(transfer, request, part, cancellationToken).ConfigureAwait(false);
            fault = await FindFaultAsync(request, part, cancellationToken).ConfigureAwait(false);
        }

        if (fault is not null)
        {
            part.Drop();
            throw fault;
        }

        var bytes = await part.SealAsync().ConfigureAwait(false);
        part.Complete();
        progress?.Report(new JobProgress(bytes, bytes, 0, Time.GetElapsedTime(started)) { Activity = Path.GetFileName(request.Path) });
        _logger.Downloaded(target, bytes, Time.GetElapsedTime(started));
    }

    // Retries as long as attempts make progress.
    private async Task RunAsync(Transfer transfer, DownloadRequest request, PartFile part, CancellationToken cancellationToken)
    {
        var retries = CreateRetries(request.Retries);
        while (true)
        {
            var before = part.Length;
            try
            {
                await retries.ExecuteAsync(transfer.RunAsync, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (DownloadException error) when (error.IsTransient && request.Retries > 0 && part.Length >= before + RenewingProgress)
            {
                _logger.Retrying(DownloadException.Shown(error.Uri), error.Reason, TimeSpan.Zero);
            }
        }
    }

    private ResiliencePipeline CreateRetries(int retries) => retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = Time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<DownloadException>(error => error.IsTransient),
            MaxRetryAttempts = retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromSeconds(1),
            MaxDelay = TimeSpan.FromMinutes(1),
            DelayGenerator = attempt => ValueTask.FromResult((attempt.Outcome.Exception as DownloadException)?.RetryAfter),
            OnRetry = attempt =>
            {
                var error = (DownloadException)attempt.Outcome.Exception!;
                _logger.Retrying(DownloadException.Shown(error.Uri), error.Reason, attempt.RetryDelay);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>What is wrong with a complete file; null if it is right.</summary>
    private static async Task<DownloadException?> FindFaultAsync(DownloadRequest request, PartFile part, CancellationToken cancellationToken)
    {
        if (request.ExpectedBytes is { } expected && part.Length != expected)
        {
            return new DownloadException(request.Uri, DownloadFailure.WrongLength, $"{part.Length} bytes arrived instead of {expected}: this is a different file or version.");
        }

        if (request.Sha256 is { } digits)
        {
            var hash = await part.ReadAsync(stream => SHA256.HashDataAsync(stream, cancellationToken).AsTask()).ConfigureAwait(false);
            if (!Convert.ToHexStringLower(hash).StartsWith(digits, StringComparison.OrdinalIgnoreCase))
            {
                return new DownloadException(request.Uri, DownloadFailure.WrongHash, $"the file's SHA-256 does not start with {digits}: it is damaged or was replaced, so it is not used.");
            }
        }

        if (request.Check is not { } check)
        {
            return null;
        }

        await part.SealAsync().ConfigureAwait(false);
        return await check(part.PartPath, cancellationToken).ConfigureAwait(false) is { } reason ? new DownloadException(request.Uri, DownloadFailure.WrongContent, reason) : null;
    }
}
