using CoVR.Cli.Hosting;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>Opens embeddings for a run and closes them at the end.</summary>
/// <param name="host">Shows warnings about embeddings of other weights.</param>
/// <param name="choice">The model of the configuration.</param>
/// <param name="targets">The required fingerprint of the embeddings.</param>
/// <param name="loggers">Receives the galleries' log.</param>
internal sealed class RunGalleries(CommandHost host, ConfiguredModel choice, EmbeddingFingerprint targets, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly List<IGallery> _open = [];

    /// <summary>Opens the embeddings of a split for the rest of the run; those of merged sets are joined.</summary>
    /// <exception cref="GalleryException">They were made by another model.</exception>
    public async Task<IEmbeddingSource> OpenAsync(IReadOnlyList<SplitEmbeddings> folders, CancellationToken cancellationToken)
    {
        List<IEmbeddingSource> sources = [];
        foreach (var folder in folders.DistinctBy(folder => folder.Folder))
        {
            // Queries are trained against targets embedded by the initial weights, unless others are named.
            var gallery = await folder.OpenAsync(targets, !choice.NamesTargetWeights, host, loggers, cancellationToken);
            _open.Add(gallery);
            sources.Add(gallery);
        }

        return sources is [var only] ? only : new JoinedSource(sources);
    }

    /// <summary>A source under the fingerprint of the model: embeddings of other weights were accepted, with a warning, when it was opened.</summary>
    public IEmbeddingSource AsAccepted(IEmbeddingSource source) => new JoinedSource([source]) { Fingerprint = targets };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var gallery in _open)
        {
            await gallery.DisposeAsync();
        }
    }
}
