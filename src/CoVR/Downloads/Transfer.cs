using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace CoVR.Downloads;

/// <summary>One file on its way: each attempt asks for what is missing and appends it to the part.</summary>
internal sealed class Transfer(DownloadRequest request, PartFile part, TransferSettings settings)
{
    private const int BufferBytes = 1 << 17;
    private readonly DownloaderOptions _options = settings.Options;
    private bool _fromTheStart;

    /// <summary>The byte at which an earlier download was continued; 0 for none.</summary>
    public long ResumedAt { get; private set; }

    /// <summary>Drops what came and lets the next attempt begin anew.</summary>
    public void StartOver(string reason)
    {
        settings.Logger.StartingOver(request.Path, reason);
        part.Drop();
        (_fromTheStart, ResumedAt) = (true, 0);
    }

    /// <summary>Makes one attempt; when it returns, the server has sent everything.</summary>
    /// <exception cref="DownloadException">It failed; bytes that came are kept.</exception>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        using var guard = new StallGuard(_options.StallTimeout, settings.Time, cancellationToken);
        try
        {
            var offset = CanResume ? part.Length : 0;
            using var response = await settings.Redirects.SendAsync(request.Uri, (address, isSameHost) => MakeRequest(address, isSameHost, offset), guard.Token).ConfigureAwait(false);
            guard.Touch();
            if (Accept(response, offset))
            {
                await CopyAsync(response, guard).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (guard.HasStalled)
        {
            throw new DownloadException(request.Uri, DownloadFailure.Stalled, $"no byte came for {_options.StallTimeout}.") { IsTransient = true };
        }
        catch (Exception error) when (error is HttpRequestException or IOException or ProtocolViolationException)
        {
            throw ServerAnswers.Break(request.Uri, error);
        }
        finally
        {
            await part.FlushAsync().ConfigureAwait(false);
        }
    }

    private bool CanResume => !_fromTheStart && part.Length > 0 && ((part.State is { } state && state.Address == request.Uri.AbsoluteUri && state.CanBeChecked) || request.Sha256 is not null);

    private HttpRequestMessage MakeRequest(Uri address, bool isSameHost, long offset)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, address);
        message.Headers.UserAgent.ParseAdd(_options.UserAgent);
        message.Headers.AcceptEncoding.ParseAdd("identity");
        foreach (var (name, value) in request.Headers)
        {
            if (isSameHost)
            {
                message.Headers.TryAddWithoutValidation(name, value);
            }
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

    // Whether there are bytes to be copied.
    private bool Accept(HttpResponseMessage response, long offset)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                BeginAnew(response);
                return true;
            case HttpStatusCode.PartialContent when offset > 0 && IsContinuation(response, offset):
                Continue(offset);
                return true;
            case HttpStatusCode.RequestedRangeNotSatisfiable when offset > 0 && response.Content.Headers.ContentRange?.Length == offset && SameVersion(response):
                return false;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                StartOver("the server has another version, or answers another range");
                throw new DownloadException(request.Uri, DownloadFailure.Interrupted, "the file on the server is not the one that was begun.") { StatusCode = response.StatusCode, IsTransient = true };
            default:
                throw ServerAnswers.Refusal(request.Uri, response, settings.Time.GetUtcNow(), _options.LongestRetryAfter);
        }
    }

    private bool IsContinuation(HttpResponseMessage response, long offset)
    {
        var range = response.Content.Headers.ContentRange;
        return range?.From == offset
            && (range.Length is not { } total || part.State?.TotalBytes is not { } known || total == known)
            && (range.Length is not { } length || request.ExpectedBytes is not { } expected || length == expected)
            && SameVersion(response);
    }

    private bool SameVersion(HttpResponseMessage response) =>
        part.State?.ETag is not { } tag || response.Headers.ETag is not { } now || now.ToString() == tag;

    private void Continue(long offset)
    {
        ResumedAt = ResumedAt == 0 ? offset : ResumedAt;
        settings.Logger.Resuming(request.Path, offset);
        CheckSpace((part.State?.TotalBytes ?? request.ExpectedBytes) - offset);
        part.SeekEnd();
    }

    private void BeginAnew(HttpResponseMessage response)
    {
        var total = response.Content.Headers.ContentLength;
        if (response.Content.Headers.ContentEncoding.Any(encoding => encoding != "identity"))
        {
            throw new DownloadException(request.Uri, DownloadFailure.Refused, $"the server sends the file packed ({string.Join(", ", response.Content.Headers.ContentEncoding)}) although it was asked not to.");
        }

        if (request.RefuseWebPages && WebPageSniffer.IsPage(response.Content.Headers.ContentType))
        {
            throw WebPage(string.Empty);
        }

        if (total is { } announced && request.ExpectedBytes is { } expected && announced != expected)
        {
            throw new DownloadException(
                request.Uri, DownloadFailure.WrongLength, $"the server's file has {announced} bytes where {expected} are expected: it is another file or version.");
        }

        CheckSpace(total ?? request.ExpectedBytes);
        var tag = response.Headers.ETag is { IsWeak: false } strong ? strong.ToString() : null;
        part.Start(new PartState(request.Uri.AbsoluteUri, tag, response.Content.Headers.LastModified, total));
        (_fromTheStart, ResumedAt) = (false, 0);
    }

    private async Task CopyAsync(HttpResponseMessage response, StallGuard guard)
    {
        var total = part.State?.TotalBytes ?? request.ExpectedBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(guard.Token).ConfigureAwait(false);
            var needed = part.Length == 0 && request.RefuseWebPages ? WebPageSniffer.Bytes : 1;
            for (var count = await FillAsync(body, buffer, needed, guard).ConfigureAwait(false); count > 0; count = await FillAsync(body, buffer, 1, guard).ConfigureAwait(false))
            {
                Check(buffer.AsSpan(0, count), total);
                await WriteAsync(buffer.AsMemory(0, count), guard.Token).ConfigureAwait(false);
                settings.Meter.Report(part.Length, total);
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
            throw DiskFaults.Explain(request.Uri, part.PartPath, error);
        }
    }

    // Reads at least so many bytes, or up to the end.
    private static async Task<int> FillAsync(Stream body, byte[] buffer, int needed, StallGuard guard)
    {
        var count = 0;
        while (count < needed)
        {
            var read = await body.ReadAsync(buffer.AsMemory(count, BufferBytes - count), guard.Token).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            guard.Touch();
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
            throw new DownloadException(request.Uri, DownloadFailure.WrongLength, $"the server sends more than the {total} bytes that are expected: it is another file or version.");
        }
    }

    private DownloadException WebPage(string title) => new(
        request.Uri,
        DownloadFailure.WebPage,
        $"the server sent a web page{title} instead of the file: it may want a login or a confirmation, or the file has moved. Open the address in a browser, download the file there and give its path.");

    private void CheckSpace(long? missing)
    {
        var free = settings.FreeSpace(Path.GetDirectoryName(part.PartPath)!);
        if (missing > free - _options.KeptFree)
        {
            throw new DownloadException(
                request.Uri, DownloadFailure.NoSpace, $"{missing} more bytes are needed, and the disk of {part.PartPath} has {free} free (of which {_options.KeptFree} are kept): make room or choose another folder.");
        }
    }
}
