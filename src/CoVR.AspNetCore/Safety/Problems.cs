using System.Globalization;
using CoVR.Modeling;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoVR.AspNetCore.Safety;

/// <summary>Turns whatever ends a request into problem details that say nothing of the machine.</summary>
internal static class Problems
{
    /// <summary>The problem of an exception.</summary>
    public static ApiException Of(Exception error) => error switch
    {
        ApiException known => known,
        QueryException query => ApiException.Invalid("query.invalid", query.Reason),
        MediaReadException media => new(StatusCodes.Status422UnprocessableEntity, "media.unreadable", Describe(media.Failure)),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new(StatusCodes.Status413PayloadTooLarge, "upload.too-large", "The request is larger than this server accepts."),
        BadHttpRequestException request => new(request.StatusCode, "request.invalid", "The request cannot be read."),
        IOException or InvalidDataException => ApiException.Invalid("request.invalid", "The request ended early or is malformed."),
        CheckpointException or OptionsValidationException => ApiException.Unavailable("model.failed", "The model cannot be loaded; the server's log says why.", 60),
        GalleryException => ApiException.Unavailable("gallery.failed", "The gallery cannot be read or written; the server's log says why.", 10),
        ObjectDisposedException => ApiException.Unavailable("stopping", "The server is shutting down.", 10),
        _ => new(StatusCodes.Status500InternalServerError, "internal", "The server failed; its log says why."),
    };

    /// <summary>Why a picture or video cannot be read.</summary>
    public static string Describe(MediaFailure? kind) => kind switch
    {
        MediaFailure.NotFound => "The file is not there.",
        MediaFailure.DecoderMissing => "The program that decodes such files is not installed on the server.",
        MediaFailure.DecoderFailed => "The decoder failed or took too long.",
        _ => "The file is damaged, incomplete, too large, or of a format that cannot be read.",
    };

    /// <summary>Writes problem details, unless the response has begun.</summary>
    public static async Task WriteAsync(HttpContext context, ApiException problem)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        RequestGuard.SetHeaders(context.Response.Headers);
        if (problem.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = wait.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        }

        context.Response.Headers.Allow = problem.Allow;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = problem.Status;
        var details = new ProblemDetails { Status = problem.Status, Title = problem.Message, Extensions = { ["code"] = problem.Code } };
        await context.Response.WriteAsJsonAsync(details, options: null, contentType: "application/problem+json", context.RequestAborted).ConfigureAwait(false);
    }
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Route} failed.")]
    public static partial void RequestFailed(this ILogger logger, string method, string? route, Exception error);
}
