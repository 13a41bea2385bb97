using System.Net;

namespace CoVR.Construction;

/// <summary>
/// Reads how long a service that throttles asks to wait (<c>Retry-After</c>), so that the calls of a <see cref="ChatEditWriter"/> or <see cref="ChatCaptionSource"/> wait that
/// long. Put it into the <see cref="HttpClient"/> of the chat client, whose own repetitions are best switched off.
/// </summary>
/// <param name="time">The clock, for services that name a moment; null for the system's.</param>
/// <remarks>Safe for several threads.</remarks>
public sealed class RetryAfterHandler(TimeProvider? time = null) : DelegatingHandler
{
    private const string Key = "CoVR.RetryAfter";

    /// <summary>The wait that an exception carries; null if none.</summary>
    internal static TimeSpan? WaitOf(Exception error) => error.Data[Key] as TimeSpan?;

    /// <inheritdoc/>
    /// <exception cref="HttpRequestException">The service throttles and says how long to wait.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) || response.Headers.RetryAfter is not { } after)
        {
            return response;
        }

        var wait = after.Delta ?? after.Date - (time ?? TimeProvider.System).GetUtcNow();
        var error = new HttpRequestException($"The service answered {(int)response.StatusCode} and asks to wait {wait}.", null, response.StatusCode);
        error.Data[Key] = wait;
        response.Dispose();
        throw error;
    }
}
