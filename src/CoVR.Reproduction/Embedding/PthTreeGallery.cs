using System.Runtime.CompilerServices;
using CoVR.Retrieval;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Reproduction.Embedding;

/// <summary>Keeps embeddings as the Python reference does: one tensor file for each item, <c>{folder}/{id}.pth</c>.</summary>
/// <remarks>
/// <para>Files that the reference wrote are read, and ours are read by the reference's <c>torch.load</c>. They are written
/// beside their place, flushed and renamed, so a file is complete or absent; several workers may write into one tree.</para>
/// <para>The reference does not record what made its files. We do, in <c>covr-tree.json</c>, when the first item goes into an
/// empty tree; a tree without that file is trusted as far as the shapes agree, and its fingerprint is an assumed one. An item that another
/// process adds is seen at once by identity; lists, counts and searches know those that were there when the tree was first listed, and what was
/// asked for or written since. Files hold no properties and no frame times. Each file is atomic, a batch of several is not.</para>
/// <para>Searches read the whole tree into memory once.</para>
/// </remarks>
public sealed partial class PthTreeGallery : IGallery
{
    private const string FailuresName = "failures";

    private readonly string _folder;
    private readonly bool _pictures;
    private readonly bool _byName;
    private readonly FailureFile _failures;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Lazy<SortedDictionary<MediaId, string>> _files;
    private readonly SemaphoreSlim _mirroring = new(1);
    private readonly EmbeddingFingerprint _fingerprint;
    private MemoryGallery? _mirror; // of the files, from the first search on
    private volatile bool _disposed;
    private bool _established; // whether the tree's manifest was checked or written before the first write

    /// <summary>Opens a tree, or plans a new one: nothing is written before the first item.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="fingerprint">What makes the embeddings; must be that of the tree, where it is known.</param>
    /// <param name="pictures">Whether the tensors are those of pictures, [D] or [Q, D]; those of videos have a frame axis first, [F, D] or [F, Q, D].</param>
    /// <param name="byName">Whether files are found by their name in any folder of the tree, and new ones written into the tree's own folder; else by their path.</param>
    /// <param name="logger">Logs a warning when a tree has no manifest; may be null.</param>
    /// <exception cref="GalleryException">The tree belongs to another model.</exception>
    public PthTreeGallery(string directory, EmbeddingFingerprint fingerprint, bool pictures = false, bool byName = false, ILogger<PthTreeGallery>? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        ArgumentNullException.ThrowIfNull(fingerprint);
        _folder = Path.GetFullPath(directory);
        (_pictures, _byName) = (pictures, byName);
        _failures = new FailureFile(Path.Combine(_folder, $"{FailuresName}-{Environment.MachineName}-{Environment.ProcessId}.jsonl"));
        _logger = logger ?? NullLogger<PthTreeGallery>.Instance;
        _fingerprint = fingerprint;
        _files = new Lazy<SortedDictionary<MediaId, string>>(List);
        PthTreeManifest.RequireSame(_folder, _fingerprint);
    }

    /// <inheritdoc/>
    public ValueTask<GalleryInfo> GetInfoAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        return ValueTask.FromResult(new GalleryInfo(_folder, _fingerprint with { IsAssumed = !PthTreeManifest.ExistsIn(_folder) && Files().Length > 0 }, Similarities.MeanPooled.Name));
    }

    /// <summary>Opens an existing tree for reading, whatever made it.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="pictures">Whether the tensors are those of pictures.</param>
    /// <param name="byName">Whether files are found by their name in any folder.</param>
    /// <param name="logger">May be null.</param>
    /// <returns>The tree. The fingerprint of a tree that Python made is that of its first file's shape, and of a model <c>unknown</c>.</returns>
    /// <exception cref="GalleryException">There is no embedding in the folder.</exception>
    public static PthTreeGallery OpenExisting(string directory, bool pictures = false, bool byName = false, ILogger<PthTreeGallery>? logger = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        var folder = Path.GetFullPath(directory);
        var fingerprint = PthTreeManifest.Read(folder)
            ?? PthTensor.FindShape(folder, pictures)
            ?? throw new GalleryException(folder, "there is no embedding in the folder.");
        return new PthTreeGallery(folder, fingerprint, pictures, byName, logger);
    }

    /// <inheritdoc/>
    /// <remarks>A file that exists counts, even if it proves damaged when read.</remarks>
    public ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        return ValueTask.FromResult(Find(id) is not null);
    }

    /// <inheritdoc/>
    /// <exception cref="GalleryException">A shape differs, the tree now belongs to another model, or the disk is full.</exception>
    public async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        Begin(cancellationToken);
        (await GetInfoAsync(cancellationToken).ConfigureAwait(false)).RequireFit(entries);
        foreach (var entry in entries)
        {
            RequireFile(entry);
        }

        await ChangeAsync(() => Parallel.ForEach(entries, entry => Write(entry.Id, entry.Embedding)), mirror => mirror.UpsertAsync(entries).AsTask()).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<int> RemoveAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Begin(cancellationToken);
        var removed = 0;
        await ChangeAsync(() => removed = ids.Distinct().Count(Delete), mirror => mirror.RemoveAsync(ids).AsTask()).ConfigureAwait(false);
        return removed;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<GalleryEntry>> GetAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Begin(cancellationToken);
        return new([.. ids.Select(id => (Id: id, Path: Find(id))).Where(file => file.Path is not null).Select(file => new GalleryEntry(file.Id, Read(file.Id, file.Path!)))]);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GalleryItem> ListAsync(GalleryFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var item in Files().Select(file => new GalleryItem(file.Key, GalleryProperties.None)).Where(item => filter?.Matches(item) != false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    /// <inheritdoc/>
    public ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        return ValueTask.FromResult(Files().LongCount(file => filter?.Matches(new GalleryItem(file.Key, GalleryProperties.None)) != false));
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        await _mirroring.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _mirror ??= await Task.Run(() => MirrorAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _mirroring.Release();
        }

        return await _mirror.SearchAsync(queries, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failures);
        Begin(cancellationToken);
        foreach (var failure in failures)
        {
            _failures.Append(failure);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<MediaId, EmbeddingFailure>> GetFailuresAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        return new(ReadFailures(_folder).Where(failure => Find(failure.Key) is null).ToDictionary());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_mirror is { } mirror)
        {
            await mirror.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Begin(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private KeyValuePair<MediaId, string>[] Files()
    {
        lock (_gate)
        {
            return [.. _files.Value];
        }
    }

    private async Task<MemoryGallery> MirrorAsync(CancellationToken cancellationToken)
    {
        var mirror = new MemoryGallery(_fingerprint);
        foreach (var chunk in Files().Chunk(1000))
        {
            await mirror.UpsertAsync([.. chunk.Select(file => new GalleryEntry(file.Key, Read(file.Key, file.Value)))], cancellationToken).ConfigureAwait(false);
        }

        return mirror;
    }

    private async Task ChangeAsync(Action changeFiles, Func<MemoryGallery, Task> changeMirror)
    {
        await _mirroring.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await Task.Run(changeFiles, CancellationToken.None).ConfigureAwait(false);
            if (_mirror is { } mirror)
            {
                await changeMirror(mirror).ConfigureAwait(false);
            }
        }
        finally
        {
            _mirroring.Release();
        }
    }

    private void RequireFile(GalleryEntry entry)
    {
        if (_pictures && entry.Embedding.Frames != 1)
        {
            throw new GalleryException(_folder, $"'{entry.Id}' has {entry.Embedding.Frames} frames, but a tree of pictures holds one per item.") { Id = entry.Id };
        }

        if (!IsAllowed(entry.Id))
        {
            throw new GalleryException(_folder, $"'{entry.Id}' is not a file name, and this tree finds items by file name.") { Id = entry.Id };
        }
    }

    private bool Delete(MediaId id)
    {
        if (Find(id) is not { } path)
        {
            return false;
        }

        File.Delete(path);
        lock (_gate)
        {
            return _files.Value.Remove(id);
        }
    }

    private void Write(MediaId id, EmbeddingSet item)
    {
        Establish();
        var path = Find(id) ?? Path.Combine(_folder, PthTreePaths.ToRelative(id));
        PthTensor.Write(path, item, _pictures);
        lock (_gate)
        {
            _files.Value[id] = path;
        }
    }
}
