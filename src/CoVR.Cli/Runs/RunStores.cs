using CoVR.Cli.Hosting;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>Opens embeddings for a run and closes them at its end.</summary>
/// <param name="host">Told about embeddings of other weights.</param>
/// <param name="choice">What the configuration says of the model.</param>
/// <param name="targets">What the embeddings have to be made with.</param>
/// <param name="loggers">Told what stores find.</param>
internal sealed class RunStores(CommandHost host, ConfiguredModel choice, EmbeddingFingerprint targets, ILoggerFactory loggers) : IDisposable
{
    private readonly List<IDisposable> _open = [];

    /// <summary>Opens the embeddings of a split, those of merged sets as one.</summary>
    /// <exception cref="EmbeddingStoreException">They were made by another model.</exception>
    public static IEmbeddingStore Open(IReadOnlyList<SplitEmbeddings> folders, EmbeddingFingerprint fingerprint, CommandHost host, ConfiguredModel choice, ILoggerFactory loggers)
    {
        // Queries are trained against targets that the weights before training embedded, unless these are named.
        IEmbeddingStore[] stores = [.. folders.DistinctBy(folder => folder.Folder).Select(folder => folder.Open(fingerprint, !choice.NamesTargetWeights, host, loggers))];
        return stores is [var only] ? only : new JoinedStore(stores);
    }

    /// <summary>Opens the embeddings of a split until the run's end.</summary>
    /// <exception cref="EmbeddingStoreException">They were made by another model.</exception>
    public IEmbeddingStore Open(IReadOnlyList<SplitEmbeddings> folders)
    {
        var store = Open(folders, targets, host, choice, loggers);
        if (store is IDisposable open)
        {
            _open.Add(open);
        }

        return store;
    }

    /// <inheritdoc/>
    public void Dispose() => _open.ForEach(open => open.Dispose());
}
