using CoVR.Data;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Datasets.Download;

/// <summary>Reads annotation files as the readers of their data sets do, to find out whether they are what they should be.</summary>
internal static class AnnotationCheck
{
    /// <summary>Reads a whole file; memory does not grow with a table.</summary>
    /// <returns>How many entries it has, at least one.</returns>
    /// <exception cref="DatasetFormatException">It is not what it should be.</exception>
    public static async Task<long> CountAsync(string path, AnnotationContent content, CancellationToken cancellationToken) => content switch
    {
        AnnotationContent.WebVidCoVRTable => await Task.Run(() => CountRows(path, cancellationToken), cancellationToken).ConfigureAwait(false),
        AnnotationContent.CirrCaptions => await CountTripletsAsync(path, CirrReader.ToTriplet, cancellationToken).ConfigureAwait(false),
        AnnotationContent.CirrImages => CountImages(await JsonAnnotations.ReadObjectAsync(path, cancellationToken).ConfigureAwait(false)),
        AnnotationContent.FashionIQCaptions => await CountCaptionsAsync(path, cancellationToken).ConfigureAwait(false),
        AnnotationContent.FashionIQImages => CountImages(path, await JsonAnnotations.ReadAsync(path, null, cancellationToken).ConfigureAwait(false)),
        AnnotationContent.CircoQueries => await CountTripletsAsync(path, ToCircoQuery, cancellationToken).ConfigureAwait(false),
        _ => throw new ArgumentOutOfRangeException(nameof(content), content, "Unknown content."),
    };

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

    private static async Task<long> CountCaptionsAsync(string path, CancellationToken cancellationToken)
    {
        var number = 0;
        return await CountTripletsAsync(path, entry => FashionIQReader.ToTriplet(entry, number++), cancellationToken).ConfigureAwait(false);
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

    // Without COCO's list of pictures, which comes from elsewhere: numbers instead of names.
    private static Triplet ToCircoQuery(JsonEntry entry) => new(
        Number(entry.Get("id")),
        new MediaId(Number(entry.Get("reference_img_id"))),
        entry.Get("relative_caption").FilledText(),
        entry.Has("target_img_id") ? new MediaId(Number(entry.Get("target_img_id"))) : null)
    {
        Answers = entry.Has("gt_img_ids") ? entry.Get("gt_img_ids").Items().Select(Number).Distinct().ToDictionary(id => new MediaId(id), _ => 1.0) : null,
    };

    private static string Number(JsonEntry entry) => entry.Integer().ToString(System.Globalization.CultureInfo.InvariantCulture);
}
