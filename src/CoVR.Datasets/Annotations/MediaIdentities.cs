namespace CoVR.Datasets;

/// <summary>Checks of identities that annotation files name.</summary>
internal static class MediaIdentities
{
    /// <summary>Whether an identity stays inside the media folder when it is used as a relative path.</summary>
    public static bool IsInside(string id) => !Path.IsPathRooted(id) && !id.Split('/', '\\').Contains("..");

    /// <summary>The beginning of a text, for messages.</summary>
    public static string Shorten(string? text) => text is { Length: > 60 } ? text[..60] + "…" : text ?? "";
}
