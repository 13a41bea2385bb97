using System.Globalization;
using System.Text;

namespace CoVR.Reproduction.Embedding;

/// <summary>Identities to relative paths and back. Ordinary identities stay as they are; anything that would leave the tree is percent-encoded.</summary>
internal static class PthTreePaths
{
    public const string Extension = ".pth";

    /// <summary>The relative path of an item's file.</summary>
    public static string ToRelative(MediaId id) =>
        string.Join(Path.DirectorySeparatorChar, id.Value.Split('/').Select(Escape)) + Extension;

    /// <summary>The identity of a file, given its relative path.</summary>
    public static MediaId ToId(string relative) =>
        new(string.Join('/', relative[..^Extension.Length].Split(Path.DirectorySeparatorChar).Select(Unescape)));

    private static string Escape(string segment)
    {
        if (segment is "" or "." or "..")
        {
            return segment.Length == 0 ? "%00" : segment.Replace(".", "%2E", StringComparison.Ordinal);
        }

        var escaped = new StringBuilder(segment.Length);
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] is '\\' or ':' or < ' ' || IsEscape(segment, i))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)segment[i]:X2}");
            }
            else
            {
                escaped.Append(segment[i]);
            }
        }

        return escaped.ToString();
    }

    private static string Unescape(string segment)
    {
        if (segment == "%00" || !segment.Contains('%', StringComparison.Ordinal))
        {
            return segment == "%00" ? "" : segment;
        }

        var plain = new StringBuilder(segment.Length);
        for (var i = 0; i < segment.Length; i++)
        {
            var escape = IsEscape(segment, i);
            plain.Append(escape ? (char)Convert.ToInt32(segment.Substring(i + 1, 2), 16) : segment[i]);
            i += escape ? 2 : 0;
        }

        return plain.ToString();
    }

    private static bool IsEscape(string segment, int at) =>
        segment[at] == '%' && at + 2 < segment.Length && char.IsAsciiHexDigitUpper(segment[at + 1]) && char.IsAsciiHexDigitUpper(segment[at + 2]);
}
