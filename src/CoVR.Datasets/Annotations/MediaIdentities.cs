using CoVR.Data;

namespace CoVR.Datasets.Annotations;

/// <summary>Checks of identities that annotation files name.</summary>
internal static class MediaIdentities
{
    /// <summary>Whether an identity stays inside the media folder when it is used as a relative path.</summary>
    public static bool IsInside(string id) => !Path.IsPathRooted(id) && (!id.Contains("..", StringComparison.Ordinal) || !id.Split('/', '\\').Contains(".."));

    /// <summary>The beginning of a text, for messages.</summary>
    public static string Shorten(string? text) => text is { Length: > 60 } ? text[..60] + "…" : text ?? "";

    /// <summary>Requires that a field holds an identity.</summary>
    /// <exception cref="DatasetFormatException">It is blank, or a path that leaves the media folder.</exception>
    public static void Check(string id, string file, long line, string field)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            throw new DatasetFormatException(file, line, field, "the field is empty.");
        }

        if (!IsInside(id))
        {
            throw new DatasetFormatException(file, line, field, $"'{Shorten(id)}' is a path outside the media folder, not an id such as '1065/1012345'.");
        }
    }
}
