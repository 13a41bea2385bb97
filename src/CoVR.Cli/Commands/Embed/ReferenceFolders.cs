using CoVR.Cli.Models;

namespace CoVR.Cli.Commands.Embed;

/// <summary>Where the reference's tools put embeddings, and where its data sets look for them.</summary>
internal static class ReferenceFolders
{
    /// <summary>Beside the folder of pictures: <c>blip-embs-large</c>.</summary>
    public static string OfPictures(string pictures, IModelChoice model) => Path.Combine(Beside(pictures), $"{model.Family}-embs-{model.FolderSize}");

    /// <summary>Beside the folder of videos: <c>blip-vid-embs-large-all</c>, <c>blip-vid-embs-tokens-large-all</c>.</summary>
    public static string OfVideos(string videos, IModelChoice model, bool allTokens) =>
        Path.Combine(Beside(videos), $"{model.Family}-vid-embs-{(allTokens ? "tokens-" : "")}{model.FolderSize}-all");

    private static string Beside(string folder) => Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)) ?? folder;
}
