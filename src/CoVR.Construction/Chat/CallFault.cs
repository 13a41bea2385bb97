namespace CoVR.Construction.Chat;

/// <summary>What a failed call means for the calls to come.</summary>
internal enum CallFaultKind
{
    /// <summary>The same call may succeed later.</summary>
    Transient,

    /// <summary>The service refuses this one request.</summary>
    Rejected,

    /// <summary>The service refuses the caller.</summary>
    Refused,
}

/// <summary>Why a call failed, without a word of what the service or the client wrote: that may hold the key.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Reason">The reason, as a sentence without its full stop.</param>
/// <param name="RetryAfter">How long the service asks to wait; null if it does not say.</param>
internal sealed record CallFault(CallFaultKind Kind, string Reason, TimeSpan? RetryAfter = null)
{
    /// <summary>Explains what a client threw.</summary>
    public static CallFault Of(Exception error)
    {
        Exception[] causes = [.. Causes(error)];
        var wait = causes.Select(RetryAfterHandler.WaitOf).FirstOrDefault(found => found is not null);
        return causes.Select(StatusOf).FirstOrDefault(status => status is not null) switch
        {
            { } status and (401 or 402 or 403) => new(CallFaultKind.Refused, $"the service refuses the caller (HTTP {status}); check the key, its rights and the account"),
            404 => new(CallFaultKind.Refused, "the service does not know the address or the model (HTTP 404); check both"),
            { } status and (400 or 413 or 415 or 422) => new(CallFaultKind.Rejected, $"the service rejects the request (HTTP {status})"),
            429 => new(CallFaultKind.Transient, "the service throttles (HTTP 429)", wait),
            { } status => new(CallFaultKind.Transient, $"the service failed (HTTP {status})", wait),
            null when causes.Any(cause => cause is TimeoutException or OperationCanceledException) => new(CallFaultKind.Transient, "the service did not answer in time"),
            null when causes.Any(cause => cause is HttpRequestException or IOException) => new(CallFaultKind.Transient, "the service cannot be reached, or broke off"),
            null => new(CallFaultKind.Transient, $"the answer is not what the protocol says ({error.GetType().Name})"),
        };
    }

    private static IEnumerable<Exception> Causes(Exception error) =>
        [error, .. (error is AggregateException many ? many.InnerExceptions : error.InnerException is { } inner ? [inner] : []).SelectMany(Causes)];

    // The exceptions of the OpenAI and Azure clients name the HTTP status in a property Status.
    private static int? StatusOf(Exception error) => error is HttpRequestException http ? (int?)http.StatusCode
        : error.GetType().GetProperty("Status")?.GetValue(error) is int status and > 0 ? status
        : null;
}
