using CoVR.Cli.Hosting;
using CoVR.Data;
using CoVR.Reproduction.Embedding;
using CoVR.Storage;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>The embeddings of a split, and what they were made from.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Split">The split.</param>
/// <param name="Folder">A tree of <c>.pth</c> files, or a store of ours.</param>
/// <param name="Media">The folder of the media.</param>
/// <param name="Annotations">The annotation file.</param>
/// <param name="IsVideo">Whether the media are videos.</param>
internal sealed record SplitEmbeddings(string Dataset, DatasetSplit Split, string Folder, string Media, string Annotations, bool IsVideo)
{
    // Identities of videos and of CC-CoIR are paths; others are file names, in any folder.
    private bool IsByPath => IsVideo || Dataset.StartsWith("cc-coir", StringComparison.Ordinal);

    /// <summary>The command that computes the embeddings: all of them, or those of a list.</summary>
    public string Command(CommandHost host, ConfiguredModel model, string? list = null)
    {
        var kind = IsVideo ? "videos --video_dir" : "images --image_dir";
        var ids = (list ?? (IsByPath ? Annotations : null)) is { } wanted ? $" --todo_ids {Quote(host.Shown(wanted))}" : "";
        return $"covr embed {kind} {Quote(host.Shown(Media))}{ids} --save_dir {Quote(host.Shown(Folder))}{model.EmbedOptions}";
    }

    /// <summary>Opens the embeddings.</summary>
    /// <param name="fingerprint">What the model's targets are made with.</param>
    /// <param name="acceptsOtherWeights">Whether embeddings of other weights are accepted with a warning: queries are trained against targets of the initial weights.</param>
    /// <param name="host">Shows the warning.</param>
    /// <param name="loggers">Receives warnings about trees without a manifest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GalleryException">They were made by another model.</exception>
    public async Task<IGallery> OpenAsync(
        EmbeddingFingerprint fingerprint, bool acceptsOtherWeights, CommandHost host, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var known = acceptsOtherWeights && Directory.Exists(Folder) ? await FindFingerprintAsync(cancellationToken) : null;
        if (known is { WeightsSha256: { Length: > 0 } weights } && weights != fingerprint.WeightsSha256 && (known with { WeightsSha256 = fingerprint.WeightsSha256 }) == fingerprint)
        {
            host.Warn(
                $"{host.Shown(Folder)} was embedded with different weights than the model's (SHA-256 {weights[..8]}… against {fingerprint.WeightsSha256[..8]}…). "
                + "That is right when the model's queries were trained against these embeddings, as those of the papers were against blip-l-coco and blip2-l-coco.");
            fingerprint = known;
        }

        return FolderGallery.Exists(Folder)
            ? new FolderGallery(Folder, fingerprint, logger: loggers.CreateLogger<FolderGallery>())
            : new PthTreeGallery(Folder, fingerprint, !IsVideo, !IsByPath, loggers.CreateLogger<PthTreeGallery>());
    }

    private async Task<EmbeddingFingerprint> FindFingerprintAsync(CancellationToken cancellationToken)
    {
        await using var gallery = EmbeddingFolder.OpenGallery(Folder, !IsVideo, !IsByPath);
        return (await gallery.GetInfoAsync(cancellationToken)).Fingerprint;
    }

    private static string Quote(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
