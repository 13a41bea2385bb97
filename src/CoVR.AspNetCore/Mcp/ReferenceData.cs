using System.Globalization;
using CoVR.AspNetCore.Files;
using CoVR.AspNetCore.Safety;
using CoVR.AspNetCore.Search;

namespace CoVR.AspNetCore.Mcp;

/// <summary>References that an agent sends as text, within the limits for uploads.</summary>
internal static class ReferenceData
{
    /// <summary>Decodes base64 or data: URIs.</summary>
    /// <returns>The files by names that parts of a query use.</returns>
    /// <exception cref="ApiException">One is malformed, too large, or no picture or clip.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(IReadOnlyList<string> data, CoVRWebOptions options)
    {
        SearchRequest.Require(data.Count <= options.MaxUploads, "upload.too-many", $"data holds {data.Count} files; at most {options.MaxUploads} are accepted.");
        return data.Select((text, i) => (Name: i.ToString(CultureInfo.InvariantCulture), Bytes: Decode(text, options.MaxUploadBytes))).ToDictionary(file => file.Name, file => file.Bytes);
    }

    private static byte[] Decode(string text, int most)
    {
        var encoded = text.AsSpan(text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? text.IndexOf(',', StringComparison.Ordinal) + 1 : 0);
        SearchRequest.Require(encoded.Length / 4 * 3L <= most, "upload.too-large", $"A file in data is larger than {most} bytes.");
        var bytes = new byte[(encoded.Length / 4 * 3) + 3];
        SearchRequest.Require(Convert.TryFromBase64Chars(encoded, bytes, out var length), "upload.unsupported", "data is neither base64 nor a data: URI of base64.");
        var file = bytes[..length];
        SearchRequest.Require(ContentTypes.Of(file.AsSpan(0, Math.Min(length, ContentTypes.HeaderBytes))) is not null, "upload.unsupported", "A file in data is not a picture or video of a known format.");
        return file;
    }
}
