using Microsoft.AspNetCore.Http;

namespace CoVR.AspNetCore.Safety;

/// <summary>Ends a request with problem details.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">What clients match, such as <c>item.unknown</c>.</param>
/// <param name="detail">The fault and the remedy, in a sentence; names nothing of the machine.</param>
internal sealed class ApiException(int status, string code, string detail) : Exception(detail)
{
    public int Status => status;

    public string Code => code;

    /// <summary>When to try again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The methods that the address takes, where another one was used.</summary>
    public string? Allow { get; init; }

    // An item that the caller may not see is as unknown as one that does not exist.
    public static ApiException UnknownItem() => new(StatusCodes.Status404NotFound, "item.unknown", "There is no such item.");

    public static ApiException Invalid(string code, string detail) => new(StatusCodes.Status400BadRequest, code, detail);

    public static ApiException Refused(string code, string detail) => new(StatusCodes.Status403Forbidden, code, detail);

    public static ApiException Unavailable(string code, string detail, int seconds) =>
        new(StatusCodes.Status503ServiceUnavailable, code, detail) { RetryAfter = TimeSpan.FromSeconds(seconds) };
}
