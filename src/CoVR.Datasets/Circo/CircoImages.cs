using CoVR.Datasets.Annotations;

namespace CoVR.Datasets.Circo;

/// <summary>The pictures of CIRCO's gallery in COCO's order.</summary>
internal sealed class CircoImages
{
    private readonly Dictionary<long, MediaId> _names;

    private readonly bool _takesUnknown;

    private CircoImages(IReadOnlyList<MediaId> all, Dictionary<long, MediaId> names, bool takesUnknown = false) => (All, _names, _takesUnknown) = (all, names, takesUnknown);

    /// <summary>Names without extension, such as <c>000000271520</c>.</summary>
    public IReadOnlyList<MediaId> All { get; }

    /// <summary>Reads COCO's list.</summary>
    public static async Task<CircoImages> ReadAsync(string file, CancellationToken cancellationToken)
    {
        var entries = await JsonAnnotations.ReadAsync(file, "images", cancellationToken).ConfigureAwait(false);
        Dictionary<long, MediaId> names = new(entries.Count);
        List<MediaId> all = new(entries.Count);
        foreach (var entry in entries)
        {
            var (number, name) = (entry.Get("id").Integer(), Path.GetFileNameWithoutExtension(entry.Get("file_name").FilledText()));
            var id = long.TryParse(name, out var parsed) && parsed == number
                ? new MediaId(name)
                : throw entry.Get("file_name").Fault($"'{name}' does not contain the picture's number {number}.");
            if (!names.TryAdd(number, id))
            {
                throw entry.Get("id").Fault($"the picture {number} appears twice.");
            }

            all.Add(id);
        }

        return new CircoImages(all, names);
    }

    /// <summary>The same list, which names missing pictures as COCO would.</summary>
    public CircoImages WithUnknown() => new(All, _names, takesUnknown: true);

    /// <summary>The picture of a number.</summary>
    public MediaId Get(JsonEntry number) =>
        _names.TryGetValue(number.Integer(), out var id) ? id
            : _takesUnknown ? new MediaId(FormattableString.Invariant($"{number.Integer():D12}"))
            : throw number.Fault($"the picture {number.Integer()} is not in COCO's list.");
}
