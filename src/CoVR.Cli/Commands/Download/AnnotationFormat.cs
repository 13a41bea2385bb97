using CoVR.Datasets;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Cli.Commands.Download;

/// <summary>A kind of annotation file.</summary>
/// <param name="Description">What it is, for messages.</param>
/// <param name="Dataset">The data set whose reader reads it.</param>
/// <param name="ListsGallery">Whether it lists pictures instead of queries.</param>
internal sealed record AnnotationFormat(string Description, DatasetOptions Dataset, bool ListsGallery = false)
{
    /// <summary>A CSV table with <c>pth1</c>, <c>pth2</c> and <c>edit</c>: WebVid-CoVR, CC-CoIR.</summary>
    public static AnnotationFormat WebVidCoVR { get; } = new("a table of triplets", new WebVidCoVROptions());

    /// <summary>A JSON list of CIRR's queries.</summary>
    public static AnnotationFormat CirrCaptions { get; } = new("a list of CIRR's queries", new CirrOptions());

    /// <summary>A JSON object with the names of CIRR's pictures and their paths.</summary>
    public static AnnotationFormat CirrImages { get; } = new("a list of CIRR's pictures", new CirrOptions(), ListsGallery: true);

    /// <summary>A JSON list of FashionIQ's queries.</summary>
    public static AnnotationFormat FashionIQCaptions { get; } = new("a list of FashionIQ's queries", new FashionIQOptions());

    /// <summary>A JSON list of names of FashionIQ's pictures.</summary>
    public static AnnotationFormat FashionIQImages { get; } = new("a list of FashionIQ's pictures", new FashionIQOptions(), ListsGallery: true);

    /// <summary>A JSON list of CIRCO's queries.</summary>
    public static AnnotationFormat CircoQueries { get; } = new("a list of CIRCO's queries", new CircoOptions());

    /// <summary>Reads a whole file and counts its entries.</summary>
    /// <exception cref="CoVR.Data.DatasetFormatException">It is not a valid file of this kind.</exception>
    public Task<long> CountEntriesAsync(string path, CancellationToken cancellationToken) =>
        ListsGallery ? Dataset.CountGalleryAsync(path, cancellationToken) : Dataset.CountQueriesAsync(path, cancellationToken);
}
