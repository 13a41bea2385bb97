namespace CoVR.Datasets.Download;

/// <summary>Where videos lie; identities come from files of others, and must not lead elsewhere.</summary>
internal static class VideoPaths
{
    private const int LongestPart = 200;
    private const string Forbidden = "\\:*?\"<>|";

    /// <summary>The path of a video; null if its identity is no plain relative path on every system.</summary>
    public static string? Of(string folder, string id)
    {
        var parts = id.Split('/');
        if (!parts.All(IsPlain))
        {
            return null;
        }

        var path = Path.GetFullPath(Path.Combine([folder, .. parts])) + VideoAddressList.Extension;
        return path.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : null;
    }

    private static bool IsPlain(string part) =>
        part.Length is > 0 and <= LongestPart && !part.StartsWith('.') && part[^1] is not ('.' or ' ') && part[0] != ' '
        && !part.Any(letter => char.IsControl(letter) || Forbidden.Contains(letter, StringComparison.Ordinal));
}
