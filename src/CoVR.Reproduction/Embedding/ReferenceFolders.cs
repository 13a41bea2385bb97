using CoVR.Embedding;

namespace CoVR.Reproduction.Embedding;

/// <summary>The folder conventions of the Python code: which files its tools read, and where they put embeddings.</summary>
public static class ReferenceFolders
{
    /// <summary>The pictures its tools read: lower-case <c>.jpg</c> and <c>.png</c>, the folder itself, and PNG before JPEG.</summary>
    public static MediaFolder Pictures { get; } = new() { Extensions = [".jpg", ".png"], MatchCase = true, Depth = 0, LaterExtensionWins = true };

    /// <summary>The videos its tools read: <c>{folder}/{id}.mp4</c>, exactly one folder deep.</summary>
    public static MediaFolder Videos { get; } = new() { Extensions = [".mp4"], MatchCase = true, Depth = 1 };

    /// <summary>Where embeddings of pictures lie: beside their folder, for example <c>blip-embs-large</c>.</summary>
    /// <param name="pictures">The folder of the pictures.</param>
    /// <param name="family"><c>blip</c> or <c>blip2</c>.</param>
    /// <param name="size">The size of the visual encoder.</param>
    /// <returns>The folder.</returns>
    public static string EmbeddingsOfPictures(string pictures, string family, string size) => Beside(pictures, $"{family}-embs-{size}");

    /// <summary>Where embeddings of videos lie: beside their folder, for example <c>blip-vid-embs-large-all</c>.</summary>
    /// <param name="videos">The folder of the videos.</param>
    /// <param name="family"><c>blip</c> or <c>blip2</c>.</param>
    /// <param name="size">The size of the visual encoder.</param>
    /// <param name="allTokens">Whether all visual tokens are stored.</param>
    /// <returns>The folder.</returns>
    public static string EmbeddingsOfVideos(string videos, string family, string size, bool allTokens) =>
        Beside(videos, $"{family}-vid-embs-{(allTokens ? "tokens-" : "")}{size}-all");

    private static string Beside(string folder, string name) => Path.Combine(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)) ?? folder, name);
}
