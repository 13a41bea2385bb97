using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace CoVR.Downloads;

/// <summary>The transfer of one file: each attempt requests what is missing and appends it to the part.</summary>
internal sealed class Transfer(
    Downloader downloader, RedirectFollower redirects, DownloadRequest request, PartFile part, IProgress<JobProgress>? progress, ILogger logger)
{
    private const int BufferBytes = 1 << 17;
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);
    private static readonly string UserAgent = $"CoVR.NET/{typeof(Transfer).Assembly.GetName().Version?.ToString(2)}";

    private bool _fromTheStart;
    private readonly long _started = downloader.Time.GetTimestamp();
    private long? _reported;

    /// <summary>Whether bytes of an earlier attempt are part of the file.</summary>
    public bool HasResumed { get; private set; }

    /// <summary>Drops what has arrived, so that the next attempt starts from the beginning.</summary>
    public void StartOver(string reason)
    {
        logger.StartingOver(request.Path, reason);
        part.Drop();
        (_fromTheStart, HasResumed) = (true, false);
    }

    /// <summary>Makes one attempt; when it returns, the server has sent everything.</summary>
    /// <exception cref="DownloadException">It failed; the bytes that arrived are kept.</exception>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        using var stall = new CancellationTokenSource(request.StallTimeout, downloader.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        try
        {
            var offset = CanResume ? part.Length : 0;
            using var response = await redirects.SendAsync(request.Uri, (address, isSameHost) => MakeRequest(address, isSameHost, offset), either.Token).ConfigureAwait(false);
            stall.CancelAfter(request.StallTimeout);
            if (Accept(response, offset))
            {
                await CopyAsync(response, stall, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stall.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DownloadException(request.Uri, DownloadFailure.Stalled, $"no byte arrived for {request.StallTimeout}.") { IsTransient = true };
        }
        catch (Exception error) when (error is HttpRequestException or IOException or ProtocolViolationException)
        {
            throw HttpErrorMapping.OfBrokenConnection(request.Uri, error);
        }
        finally
        {
            await part.FlushAsync().ConfigureAwait(false);
        }
    }

    private bool CanResume => !_fromTheStart && part.Length > 0 && ((part.State is { CanBeChecked: true } state && state.Address == request.Uri.AbsoluteUri) || request.Sha256 is not null);

    private HttpRequestMessage MakeRequest(Uri address, bool isSameHost, long offset)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, address);
        message.Headers.UserAgent.ParseAdd(UserAgent);
        message.Headers.AcceptEncoding.ParseAdd("identity");
        foreach (var (name, value) in request.Headers.Where(_ => isSameHost))
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (offset > 0)
        {
            message.Headers.Range = new RangeHeaderValue(offset, null);
            message.Headers.IfRange = part.State switch
            {
                { ETag: { } tag } => new RangeConditionHeaderValue(EntityTagHeaderValue.Parse(tag)),
                { LastModified: { } date } => new RangeConditionHeaderValue(date),
                _ => null,
            };
        }

        return message;
    }

    // Whether there are bytes to copy.
    private bool Accept(HttpResponseMessage response, long offset)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                Start(response);
                return true;
            case HttpStatusCode.PartialContent when offset > 0 && IsContinuation(response, offset):
                Continue(offset);
                return true;
            case HttpStatusCode.RequestedRangeNotSatisfiable when offset > 0 && response.Content.Headers.ContentRange?.Length == offset && IsSameVersion(response):
                return false;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                StartOver("the server has a different version, or sent a different range");
                throw new DownloadException(request.Uri, DownloadFailure.Interrupted, "the file on the server has changed since the download started.") { StatusCode = response.StatusCode, IsTransient = true };
            default:
                throw HttpErrorMapping.OfResponse(request.Uri, response, downloader.Time.GetUtcNow(), LongestRetryAfter);
        }
    }

    private bool IsContinuation(HttpResponseMessage response, long offset)
    {
        var range = response.Content.Headers.ContentRange;
        return range?.From == offset
            && (range.Length is not { } total || part.State?.TotalBytes is not { } known || total == known)
            && (range.Length is not { } length || request.ExpectedBytes is not { } expected || length == expected)
            && IsSameVersion(response);
    }

    private bool IsSameVersion(HttpResponseMessage response) =>
        part.State?.ETag is not { } tag || response.Headers.ETag is not { } now || now.ToString() == tag;

    private void Continue(long offset)
    {
        HasResumed = true;
        logger.Resuming(request.Path, offset);
        CheckSpace((part.State?.TotalBytes ?? request.ExpectedBytes) - offset);
        part.SeekEnd();
    }

    private void Start(HttpResponseMessage response)
    {
        var headers = response.Content.Headers;
        if (headers.ContentEncoding.Any(encoding => encoding != "identity"))
        {
            throw new DownloadException(request.Uri, DownloadFailure.Refused, $"the server sends the file compressed ({string.Join(", ", headers.ContentEncoding)}) although it was asked not to do so.");
        }

        if (request.RefuseWebPages && WebPageSniffer.IsPage(headers.ContentType))
        {
            throw WebPage(string.Empty);
        }

        if (headers.ContentLength is { } announced && request.ExpectedBytes is { } expected && announced != expected)
        {
            throw new DownloadException(
                request.Uri, DownloadFailure.WrongLength, $"the server's file has {announced} bytes instead of {expected}: this is a different file or version.");
        }

        CheckSpace(headers.ContentLength ?? request.ExpectedBytes);
        var tag = response.Headers.ETag is { IsWeak: false } strong ? strong.ToString() : null;
        part.Start(new PartState(request.Uri.AbsoluteUri, tag, headers.LastModified, headers.ContentLength));
        (_fromTheStart, HasResumed) = (false, false);
    }

    private async Task CopyAsync(HttpResponseMessage response, CancellationTokenSource stall, CancellationToken cancellationToken)
    {
        var total = part.State?.TotalBytes ?? request.ExpectedBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var needed = part.Length == 0 && request.RefuseWebPages ? WebPageSniffer.Bytes : 1;
            for (int count; (count = await FillAsync(body, buffer.AsMemory(0, BufferBytes), needed, stall, cancellationToken).ConfigureAwait(false)) > 0; needed = 1)
            {
                Check(buffer.AsSpan(0, count), total);
                await WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                Report(total);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (total > part.Length)
        {
            throw new DownloadException(request.Uri, DownloadFailure.Interrupted, $"the file ended after {part.Length} of {total} bytes.") { IsTransient = true };
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await part.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            throw PartFile.WriteError(request.Uri, part.PartPath, error);
        }
    }

    // Reads at least so many bytes, or up to the end.
    private async Task<int> FillAsync(Stream body, Memory<byte> buffer, int needed, CancellationTokenSource stall, CancellationToken cancellationToken)
    {
        var count = 0;
        while (count < needed && await body.ReadAsync(buffer[count..], cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            stall.CancelAfter(request.StallTimeout);
            count += read;
        }

        return count;
    }

    private void Check(ReadOnlySpan<byte> bytes, long? total)
    {
        if (request.RefuseWebPages && part.Length == 0 && WebPageSniffer.IsPage(bytes))
        {
            throw WebPage(WebPageSniffer.Title(bytes));
        }

        if (part.Length + bytes.Length > total)
        {
            part.Drop();
            throw new DownloadException(request.Uri, DownloadFailure.WrongLength, $"the server sends more than the expected {total} bytes: this is a different file or version.");
        }
    }

    private void Report(long? total)
    {
        if (progress is not null && (_reported is not { } last || downloader.Time.GetElapsedTime(last) >= ReportInterval))
        {
            _reported = downloader.Time.GetTimestamp();
            progress.Report(new JobProgress(part.Length, total, 0, downloader.Time.GetElapsedTime(_started)) { Activity = Path.GetFileName(request.Path) });
        }
    }

    private DownloadException WebPage(string title) => new(
        request.Uri,
        DownloadFailure.WebPage,
        $"the server sent a web page{title} instead of the file: it may want a login or a confirmation, or the file has moved. Open the address in a browser, download the file there and give its path.");

    private void CheckSpace(long? missing)
    {
        var free = downloader.FreeSpace(Path.GetDirectoryName(part.PartPath)!);
        if (missing > free - downloader.ReservedSpace)
        {
            throw new DownloadException(
                request.Uri, DownloadFailure.NoSpace, $"{missing} more bytes are needed, but the disk of {part.PartPath} has {free} free (of which {downloader.ReservedSpace} is reserved): free some space or choose another folder.");
        }
    }
}
