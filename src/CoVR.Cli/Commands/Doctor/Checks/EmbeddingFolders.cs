using CoVR.Cli.Runs;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>The usable embedding folders of a data set, combined: the first that has an item counts.</summary>
internal sealed class EmbeddingFolders
{
    private readonly Dictionary<MediaId, EmbeddingItem> _items = [];
    private readonly Dictionary<string, EmbeddingItem> _names = new(StringComparer.Ordinal);
    private readonly List<EmbeddingItem> _damaged = [];
    private readonly Dictionary<MediaId, EmbeddingFailure> _failures = [];
    private string? _without;

    private EmbeddingFolders()
    {
    }

    /// <summary>Q and D of the manifest, of the expected model, or of most items; null: unknown.</summary>
    public (int Vectors, int Dimensions)? Shape { get; private set; }

    /// <summary>Items that are damaged, as far as is known without reading values.</summary>
    public IReadOnlyList<EmbeddingItem> Damaged => _damaged;

    /// <summary>Opens the folders of a data set and reports those that cannot be used.</summary>
    public static async Task<EmbeddingFolders> OpenAsync(DoctorContext context, DoctorDataset dataset, CancellationToken cancellationToken)
    {
        var folders = new EmbeddingFolders();
        EmbeddingFingerprint? first = null;
        foreach (var folder in dataset.Embeddings)
        {
            if (folders.Open(context, dataset, folder, first) is { } usable)
            {
                first ??= usable.Fingerprint;
                await folders.AddAsync(usable, cancellationToken);
            }
        }

        folders.Shape = (first ?? dataset.ExpectedFingerprint) is { Vectors: > 0, Dimensions: > 0 } known ? (known.Vectors, known.Dimensions) : folders.CommonShape();
        return folders;
    }

    /// <summary>The embedding of an item; in trees of .pth files also that of a file of the same name in another folder.</summary>
    public EmbeddingItem? Find(MediaId id) => _items.GetValueOrDefault(id) ?? _names.GetValueOrDefault(id.Value);

    /// <summary>The damaged embedding of an item, where its identity can still be read.</summary>
    public EmbeddingItem? FindDamaged(MediaId id) => _damaged.Find(item => item.Id == id);

    /// <summary>Why an item has none.</summary>
    public string ReasonFor(MediaId id) =>
        _failures.TryGetValue(id, out var failure) ? $"embedding failed: {failure.Reason}" : _without ?? "it has not been embedded yet.";

    /// <summary>The number of embeddings of other items.</summary>
    public int Surplus(HashSet<MediaId> wanted) => _items.Count - wanted.Count(id => Find(id) is not null);

    private EmbeddingFolder? Open(DoctorContext context, DoctorDataset dataset, string folder, EmbeddingFingerprint? first)
    {
        try
        {
            var opened = EmbeddingFolder.Open(folder);
            var expected = dataset.ExpectedFingerprint ?? first;
            if (opened.Fingerprint is { } made && expected is not null && Mask(expected, made).DifferencesFrom(made) is { Count: > 0 } differences)
            {
                Report(context, dataset, FindingKinds.EmbeddingsForeign, $"these embeddings were made by a different model than expected: {string.Join("; ", differences)}.", opened.ManifestPath, "Use the model that made them, or embed into another folder.");
                _without = "only another model's embedding of it is there.";
                return null;
            }

            if (opened.Fingerprint is null)
            {
                context.Report(new Finding(Severity.Note, FindingKinds.EmbeddingsUnsigned, $"{dataset.Name}: '{folder}' does not record which model made it (the reference's folders do not); only shapes are checked") { Dataset = dataset.Name, File = folder });
            }

            return opened;
        }
        catch (GalleryException fault)
        {
            Report(context, dataset, FindingKinds.EmbeddingsUnusable, fault.Reason, folder, "Give the folder that holds the embeddings, or create them with covr embed.");
            return null;
        }
    }

    private static EmbeddingFingerprint Mask(EmbeddingFingerprint expected, EmbeddingFingerprint made) => new(
        expected.Model.Length > 0 ? expected.Model : made.Model,
        expected.WeightsSha256.Length > 0 ? expected.WeightsSha256 : made.WeightsSha256,
        expected.Preprocessing.Length > 0 ? expected.Preprocessing : made.Preprocessing,
        expected.Vectors > 0 ? expected.Vectors : made.Vectors,
        expected.Dimensions > 0 ? expected.Dimensions : made.Dimensions);

    private static void Report(DoctorContext context, DoctorDataset dataset, string kind, string reason, string file, string fix) =>
        context.Report(new Finding(Severity.Fault, kind, reason) { Dataset = dataset.Name, File = file, Fix = fix });

    private async Task AddAsync(EmbeddingFolder folder, CancellationToken cancellationToken)
    {
        Dictionary<MediaId, EmbeddingItem> here = [];
        foreach (var item in folder.Items())
        {
            if (item.Damage is not null)
            {
                _damaged.Add(item);
            }
            else if (item.Id is { } id && (!here.TryGetValue(id, out var known) || known.File == item.File))
            {
                here[id] = item;
            }
        }

        foreach (var (id, item) in here)
        {
            _items.TryAdd(id, item);
            if (folder.IsTree)
            {
                _names.TryAdd(EmbeddingFolder.NameOf(id), item);
            }
        }

        foreach (var (id, failure) in await folder.FailuresAsync(cancellationToken))
        {
            _failures.TryAdd(id, failure);
        }
    }

    /// <summary>Guesses the shape from the first items; the number of axes says whether there is a frame axis.</summary>
    private (int Vectors, int Dimensions)? CommonShape()
    {
        const int Sample = 32;
        var shapes = _items.Values.Take(Sample).Select(TryShape).OfType<IReadOnlyList<long>>().ToList();
        var axes = shapes.GroupBy(shape => shape.Count).OrderByDescending(group => group.Count()).FirstOrDefault()?.ToList();
        if (axes is null || axes[0].Count is 0 or > 3)
        {
            return null;
        }

        var dimensions = Most(axes.Select(shape => (int)shape[^1]));
        return axes[0].Count switch
        {
            1 => (1, dimensions),
            3 => (Most(axes.Select(shape => (int)shape[1])), dimensions),
            // [F, D] of videos or [Q, D] of pictures: BLIP-2 has 32 query vectors, the reference samples 15 frames.
            _ => Most(axes.Select(shape => (int)shape[0])) is 32 ? (32, dimensions) : (1, dimensions),
        };
    }

    private static int Most(IEnumerable<int> numbers) => numbers.GroupBy(number => number).MaxBy(group => group.Count())!.Key;

    private static IReadOnlyList<long>? TryShape(EmbeddingItem item)
    {
        try
        {
            return item.Read(false).Shape;
        }
        catch (GalleryException)
        {
            return null;
        }
    }
}
