using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace CoVR.Downloads;

/// <summary>Recognizes web pages.</summary>
internal static partial class WebPageSniffer
{
    /// <summary>How many first bytes to pass to <see cref="IsPage(ReadOnlySpan{byte})"/>.</summary>
    public const int Bytes = 512;

    private static readonly string[] Beginnings = ["<!doctype html", "<html", "<head", "<body", "<script", "<?xml", "<error", "<!--"];

    /// <summary>Whether a content type is that of a page.</summary>
    public static bool IsPage(MediaTypeHeaderValue? type) => type?.MediaType is "text/html" or "application/xhtml+xml";

    /// <summary>Whether a file starts like a page, or like the XML error of a storage service.</summary>
    public static bool IsPage(ReadOnlySpan<byte> head)
    {
        var text = Encoding.Latin1.GetString(head).TrimStart('\u00ef', '\u00bb', '\u00bf', ' ', '\t', '\r', '\n');
        return Beginnings.Any(beginning => text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The title of a page, in quotes and brackets; empty if none is found.</summary>
    public static string Title(ReadOnlySpan<byte> head) =>
        TitlePattern().Match(Encoding.UTF8.GetString(head)) is { Success: true } match ? $" ('{match.Groups[1].Value.Trim()}')" : string.Empty;

    [GeneratedRegex("<title[^>]*>([^<]{1,200})<", RegexOptions.IgnoreCase)]
    private static partial Regex TitlePattern();
}
