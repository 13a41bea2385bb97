using System.Net.Sockets;

namespace CoVR.Extensions.AI.Embeddings;

/// <summary>An embedding generator did not give usable embeddings: it cannot be reached, refuses the request, or answers something else.</summary>
/// <param name="model">The generator's model, or its type.</param>
/// <param name="reason">What is wrong and how to fix it; never a secret.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class EmbeddingServiceException(string model, string reason, Exception? innerException = null)
    : CoVRException($"Embedding generator '{model}': {reason}", innerException)
{
    /// <summary>The generator's model, or its type.</summary>
    public string Model { get; } = model;

    /// <summary>What is wrong and how to fix it.</summary>
    public string Reason { get; } = reason;

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient { get; private init; }

    /// <summary>Whether the service itself is at fault or refuses the caller, not one input.</summary>
    public override bool EndsJob => IsOfService;

    private bool IsOfService { get; init; }

    /// <summary>Explains what a generator threw.</summary>
    internal static EmbeddingServiceException From(string model, Exception error)
    {
        Exception[] causes = [.. Causes(error)];
        return causes.Select(StatusOf).FirstOrDefault(status => status is not null) switch
        {
            401 or 402 or 403 => new(model, "the service refused the caller (HTTP 401, 402 or 403). Check the key, its rights and the account.", error) { IsOfService = true },
            404 => new(model, "the service does not know the address or the model (HTTP 404). Check both.", error) { IsOfService = true },
            429 => new(model, "the service throttles (HTTP 429). Wait, send smaller batches, or raise the quota.", error) { IsOfService = true, IsTransient = true },
            408 or 502 or 503 or 504 or 529 => new(model, $"the service is not available: {error.Message} Try again later.", error) { IsOfService = true, IsTransient = true },
            { } status => new(model, $"the service failed with HTTP {status}: {error.Message} Check the input, its size and the service's log.", error),
            null when causes.Any(cause => cause is HttpRequestException or SocketException or IOException) =>
                new(model, $"the service cannot be reached, or broke off: {error.Message} Check its address and whether it runs.", error) { IsOfService = true, IsTransient = true },
            null when causes.Any(cause => cause is TimeoutException or OperationCanceledException) =>
                new(model, "the service did not answer in time. Raise the client's timeout, or send smaller batches.", error) { IsOfService = true, IsTransient = true },
            null => new(model, $"it failed, or the service's answer is not what its protocol says: {error.GetType().Name}: {error.Message} Check the service's address and version.", error),
        };
    }

    private static IEnumerable<Exception> Causes(Exception error) =>
        [error, .. (error is AggregateException many ? many.InnerExceptions : error.InnerException is { } inner ? [inner] : []).SelectMany(Causes)];

    // The exceptions of the OpenAI and Azure clients name the HTTP status in a property Status.
    private static int? StatusOf(Exception error) => error is HttpRequestException http ? (int?)http.StatusCode
        : error.GetType().GetProperty("Status")?.GetValue(error) is int status and > 0 ? status
        : null;
}
