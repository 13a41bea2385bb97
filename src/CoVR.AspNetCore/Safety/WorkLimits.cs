using System.Diagnostics.Metrics;
using System.Threading.RateLimiting;

namespace CoVR.AspNetCore.Safety;

/// <summary>How much work of each kind runs at once. What finds neither a place nor room to wait is refused with 503.</summary>
internal sealed class WorkLimits(CoVRWebOptions options) : IDisposable
{
    private const int WaitingDecodes = 256;
    private const int EventStreams = 256;

    private static readonly Counter<long> Refused =
        new Meter("CoVR.AspNetCore").CreateCounter<long>("covr.web.refused", "{request}", "Requests that were refused because too much of their kind of work was running.");

    private readonly ConcurrencyLimiter _searches = Make(options.ConcurrentSearches, options.WaitingSearches);
    private readonly ConcurrencyLimiter _decodes = Make(options.ConcurrentSearches, WaitingDecodes);
    private readonly ConcurrencyLimiter _uploads = Make(options.ConcurrentUploads, 0);
    private readonly ConcurrencyLimiter _streams = Make(EventStreams, 0);

    /// <summary>A place among the searches and lists; dispose it to leave.</summary>
    public ValueTask<RateLimitLease> SearchAsync(CancellationToken cancellationToken) => EnterAsync(_searches, "search", cancellationToken);

    public ValueTask<RateLimitLease> DecodeAsync(CancellationToken cancellationToken) => EnterAsync(_decodes, "decode", cancellationToken);

    public ValueTask<RateLimitLease> UploadAsync(CancellationToken cancellationToken) => EnterAsync(_uploads, "upload", cancellationToken);

    public ValueTask<RateLimitLease> StreamAsync(CancellationToken cancellationToken) => EnterAsync(_streams, "events", cancellationToken);

    public void Dispose()
    {
        foreach (var limiter in new[] { _searches, _decodes, _uploads, _streams })
        {
            limiter.Dispose();
        }
    }

    private static ConcurrencyLimiter Make(int running, int waiting) =>
        new(new ConcurrencyLimiterOptions { PermitLimit = running, QueueLimit = waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });

    private static async ValueTask<RateLimitLease> EnterAsync(ConcurrencyLimiter limiter, string work, CancellationToken cancellationToken)
    {
        var lease = await limiter.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        Refused.Add(1, KeyValuePair.Create("covr.work", (object?)work));
        throw ApiException.Unavailable("busy", "The server is busy; try again.", 1);
    }
}
