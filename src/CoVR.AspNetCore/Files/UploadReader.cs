using CoVR.AspNetCore.Safety;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace CoVR.AspNetCore.Files;

/// <summary>Reads a multipart request: the field <c>query</c> and files, each within its limit.</summary>
internal sealed class UploadReader(CoVRWebOptions options, TimeProvider time)
{
    /// <summary>The largest query, in bytes.</summary>
    public const int MaxQueryBytes = 1 << 20;

    private const int MaxBoundary = 100;

    /// <summary>Reads the request.</summary>
    /// <returns>The query as JSON, and the files by the names of their fields and by their own.</returns>
    public async Task<(byte[] Query, IReadOnlyDictionary<string, byte[]> Files)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.UploadTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await ReadPartsAsync(request, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status408RequestTimeout, "upload.too-slow", "The upload took longer than this server waits.");
        }
    }

    private async Task<(byte[] Query, IReadOnlyDictionary<string, byte[]> Files)> ReadPartsAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var reader = new MultipartReader(BoundaryOf(request), request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 4 << 10 };
        byte[]? query = null;
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var count = 0;
        while (await reader.ReadNextSectionAsync(cancellationToken).ConfigureAwait(false) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
            {
                throw ApiException.Invalid("request.invalid", "A part of the request has no Content-Disposition.");
            }

            var (name, file) = (HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "", HeaderUtilities.RemoveQuotes(disposition.FileName).Value);
            if (name == "query")
            {
                query = await ReadAsync(section.Body, MaxQueryBytes, "query.too-large", cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (++count > options.MaxUploads)
            {
                throw new ApiException(StatusCodes.Status413PayloadTooLarge, "upload.too-many", $"A query may upload at most {options.MaxUploads} files.");
            }

            var bytes = await ReadAsync(section.Body, options.MaxUploadBytes, "upload.too-large", cancellationToken).ConfigureAwait(false);
            RequireMedia(bytes);
            files[name] = bytes;
            files.TryAdd(file ?? name, bytes);
        }

        return (query ?? throw ApiException.Invalid("query.missing", "The request has no field named query."), files);
    }

    private static string BoundaryOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= MaxBoundary } boundary
            ? boundary
            : throw ApiException.Invalid("request.invalid", "The multipart boundary is missing or too long.");

    private static async Task<byte[]> ReadAsync(Stream body, int most, string code, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            if (kept.Length + read > most)
            {
                throw new ApiException(StatusCodes.Status413PayloadTooLarge, code, $"A part of the request is larger than {most} bytes.");
            }

            kept.Write(buffer, 0, read);
        }

        return kept.ToArray();
    }

    private static void RequireMedia(byte[] bytes)
    {
        if (ContentTypes.Of(bytes.AsSpan(0, Math.Min(bytes.Length, ContentTypes.HeaderBytes))) is null)
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "upload.unsupported", "The file is not a picture or video of a known format.");
        }
    }
}
