using System.Globalization;
using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Datasets.Annotations;

/// <summary>A kind of annotation file. Checks a file as the reader of its data set would, without media or other files. Thread-safe.</summary>
public sealed class AnnotationFormat
{
    private readonly Func<string, CancellationToken, Task<long>> _count;

    private AnnotationFormat(string description, Func<string, CancellationToken, Task<long>> count) => (Description, _count) = (description, count);

    /// <summary>A CSV table with <c>pth1</c>, <c>pth2</c> and <c>edit</c>: WebVid-CoVR, CC-CoIR.</summary>
    public static AnnotationFormat WebVidCoVR { get; } = new("a table of triplets", (path, cancellationToken) => Task.Run(() => CountRows(path, cancellationToken), cancellationToken));

    /// <summary>A JSON list of CIRR's queries.</summary>
    public static AnnotationFormat CirrCaptions { get; } = new("a list of CIRR's queries", (path, cancellationToken) => CountTripletsAsync(path, CirrReader.ToTriplet, cancellationToken));

    /// <summary>A JSON object with the names of CIRR's pictures and their paths.</summary>
    public static AnnotationFormat CirrImages { get; } = new("a list of CIRR's pictures", async (path, cancellationToken) =>
        CountImages(await JsonAnnotations.ReadObjectAsync(path, cancellationToken).ConfigureAwait(false)));

    /// <summary>A JSON list of FashionIQ's queries.</summary>
    public static AnnotationFormat FashionIQCaptions { get; } = new("a list of FashionIQ's queries", (path, cancellationToken) =>
    {
        var number = 0;
        return CountTripletsAsync(path, entry => FashionIQReader.ToTriplet(entry, number++), cancellationToken);
    });

    /// <summary>A JSON list of names of FashionIQ's pictures.</summary>
    public static AnnotationFormat FashionIQImages { get; } = new("a list of FashionIQ's pictures", async (path, cancellationToken) =>
        CountImages(path, await JsonAnnotations.ReadAsync(path, null, cancellationToken).ConfigureAwait(false)));

    /// <summary>A JSON list of CIRCO's queries.</summary>
    public static AnnotationFormat CircoQueries { get; } = new("a list of CIRCO's queries", (path, cancellationToken) => CountTripletsAsync(path, ToCircoQuery, cancellationToken));

    /// <summary>What a file of this format is, for messages: <c>a list of CIRR's queries</c>.</summary>
    public string Description { get; }

    /// <summary>Reads a whole file; memory does not grow with the length of a table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>How many entries it has, at least one.</returns>
    /// <exception cref="DatasetFormatException">It is not a valid file of this format.</exception>
    public Task<long> CountEntriesAsync(string path, CancellationToken cancellationToken = default) => _count(path, cancellationToken);

    private static long CountRows(string path, CancellationToken cancellationToken)
    {
        var rows = new WebVidCoVRCsv(path).ReadBlocks(cancellationToken).Sum(block => (long)block.Count);
        return rows > 0 ? rows : throw new DatasetFormatException(path, 1, null, "there is a header but no row.");
    }

    private static async Task<long> CountTripletsAsync(string path, Func<JsonEntry, Triplet> make, CancellationToken cancellationToken)
    {
        var entries = await JsonAnnotations.ReadAsync(path, null, cancellationToken).ConfigureAwait(false);
        return TripletList.Of(path, entries, make).Count;
    }

    private static long CountImages(JsonEntry list)
    {
        var images = list.Properties();
        foreach (var (name, path) in images)
        {
            if (string.IsNullOrWhiteSpace(name) || !MediaIdentities.IsInside(name) || path.FilledText().Length == 0)
            {
                throw path.Fault("this is no picture's name and path.");
            }
        }

        return images.Count > 0 ? images.Count : throw list.Fault("the object is empty, expected at least one picture.");
    }

    private static long CountImages(string path, IReadOnlyList<JsonEntry> names)
    {
        foreach (var name in names)
        {
            name.Identity();
        }

        return names.Count > 0 ? names.Count : throw new DatasetFormatException(path, 1, null, "the array is empty, expected at least one picture.");
    }

    // Numbers instead of names, because COCO's list of pictures is another file.
    private static Triplet ToCircoQuery(JsonEntry entry) => new(
        Number(entry.Get("id")),
        new MediaId(Number(entry.Get("reference_img_id"))),
        entry.Get("relative_caption").FilledText(),
        entry.Has("target_img_id") ? new MediaId(Number(entry.Get("target_img_id"))) : null)
    {
        Answers = entry.Has("gt_img_ids") ? entry.Get("gt_img_ids").Items().Select(Number).Distinct().ToDictionary(id => new MediaId(id), _ => 1.0) : null,
    };

    private static string Number(JsonEntry entry) => entry.Integer().ToString(CultureInfo.InvariantCulture);
}
