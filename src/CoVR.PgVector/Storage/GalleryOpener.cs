using CoVR.PgVector.Search;
using CoVR.PgVector.Sharding;
using Microsoft.Extensions.Logging;

namespace CoVR.PgVector.Storage;

/// <summary>Opens a gallery once, and creates it where the options say so.</summary>
internal sealed class GalleryOpener(PostgresSession session, EmbeddingFingerprint? fingerprint, PostgresGalleryOptions options, ILogger logger)
{
    private readonly SemaphoreSlim _opening = new(1);
    private volatile OpenGallery? _open;

    public async ValueTask<OpenGallery> OpenAsync(CancellationToken cancellationToken)
    {
        if (_open is { } known)
        {
            return known;
        }

        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _open ??= await FindAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Lets the next call open the gallery anew.</summary>
    public void Forget() => _open = null;

    public async ValueTask CreateAsync(CancellationToken cancellationToken)
    {
        await session.RunAsync(
            "create",
            null,
            async (connection, token) =>
            {
                await GallerySchema.CreateAsync(connection, session.Address, fingerprint, options, token).ConfigureAwait(false);
                return await GallerySchema.FindAsync(connection, session.Address, fingerprint, options, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        logger.Created(session.Address, SchemaScripts.Version);
    }

    private async ValueTask<OpenGallery> FindAsync(CancellationToken cancellationToken)
    {
        GalleryRow? row = null;
        try
        {
            row = await RowAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (GalleryException) when (options.CreateIfMissing)
        {
            // What creating does not mend, it reports.
        }

        if (row is null && options.CreateIfMissing)
        {
            await CreateAsync(cancellationToken).ConfigureAwait(false);
            row = await RowAsync(cancellationToken).ConfigureAwait(false);
        }

        session.Gallery = row;
        return row is not null
            ? new OpenGallery(row, new ItemWriter(session, row), new GallerySearch(row, options, logger), options.Similarity.Name) { Partial = new PartialSearch(session, options, logger) }
            : throw new GalleryException(session.Address, $"the database has no gallery '{options.Name}'. Call {nameof(PostgresGallery.CreateAsync)} with a fingerprint, or set {nameof(PostgresGalleryOptions.CreateIfMissing)}.");
    }

    private ValueTask<GalleryRow?> RowAsync(CancellationToken cancellationToken) => session.RunAsync(
        "open", "covr.galleries", (connection, token) => GallerySchema.FindAsync(connection, session.Address, fingerprint, options, token), cancellationToken);
}
