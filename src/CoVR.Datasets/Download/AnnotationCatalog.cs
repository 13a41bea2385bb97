using CoVR.Datasets.FashionIQ;

namespace CoVR.Datasets.Download;

/// <summary>The annotation files of every data set, in the layout of the Python repository.</summary>
/// <remarks>
/// Follows <c>tools/scripts/download_annotation_*.sh</c> and <c>merge_fiq_annotations.py</c> of lucas-ventura/CoVR; CIRR's picture lists and
/// CIRCO, which these leave to the user, are taken from the repositories of their authors. Lengths and counts are those of the files in
/// Cuberick-Orion/CIRR, XiaoxiaoGuo/fashion-iq and miccunifi/CIRCO.
/// </remarks>
public static class AnnotationCatalog
{
    /// <summary>The word for all sets.</summary>
    public const string Everything = "all";

    private const string Hub = "https://huggingface.co/datasets/lucas-ventura/";
    private const string Raw = "https://raw.githubusercontent.com/";
    private const string CoVRLicense = "not stated here: see the data set's page on the hub";

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["webvid-covr"] = "covr",
        ["cc-coir"] = "coir",
        ["fashion-iq"] = "fiq",
        ["fashioniq"] = "fiq",
    };

    /// <summary>The names of the sets.</summary>
    public static IReadOnlyList<string> Sets { get; } = ["covr", "coir", "cirr", "fiq", "circo"];

    /// <summary>Every file; one that is made from others comes after them.</summary>
    public static IReadOnlyList<AnnotationFile> All { get; } =
    [
        Table("covr", "WebVid-CoVR", "webvid-covr", "webvid2m-covr_train.csv", null),
        Table("covr", "WebVid-CoVR", "webvid-covr", "webvid8m-covr_val.csv", null),
        Table("covr", "WebVid-CoVR", "webvid-covr", "webvid8m-covr_test.csv", null),
        Table("coir", "CC-CoIR", "cc-coir", "cc-coir_train.csv", null),

        Cirr("captions", "cap.rc2.train.json", AnnotationContent.CirrCaptions, null, null),
        Cirr("captions", "cap.rc2.val.json", AnnotationContent.CirrCaptions, 1_609_916, 4_181),
        Cirr("captions", "cap.rc2.test1.json", AnnotationContent.CirrCaptions, 1_254_129, 4_148),
        Cirr("image_splits", "split.rc2.train.json", AnnotationContent.CirrImages, 969_680, 16_939),
        Cirr("image_splits", "split.rc2.val.json", AnnotationContent.CirrImages, 105_568, 2_297),
        Cirr("image_splits", "split.rc2.test1.json", AnnotationContent.CirrImages, 120_364, 2_315),

        .. FashionIQ("train", (1_178_488, 5_985, 206_138, 11_452), (1_167_604, 5_988, 342_650, 19_036), (1_200_387, 6_027, 290_180, 16_121)),
        .. FashionIQ("val", (397_427, 2_017, 68_708, 3_817), (398_072, 2_038, 114_230, 6_346), (391_897, 1_961, 96_716, 5_373)),
        .. FashionIQ("test", (335_557, 2_024, 68_726, 3_818), (333_382, 2_038, 114_230, 6_346), (345_441, 2_056, 96_734, 5_374)),
        Merged("cap", "train", AnnotationContent.FashionIQCaptions, 18_000),
        Merged("split", "train", AnnotationContent.FashionIQImages, 46_609),
        Merged("cap", "val", AnnotationContent.FashionIQCaptions, 6_016),
        Merged("split", "val", AnnotationContent.FashionIQImages, 15_536),

        Circo("val.json", 111_978, 220),
        Circo("test.json", 167_660, 800),
    ];

    /// <summary>The files of some sets.</summary>
    /// <param name="sets">Names of <see cref="Sets"/>, the names of data sets in the reference (<c>fashion-iq</c>), or <see cref="Everything"/>; case does not matter.</param>
    /// <returns>Each file once, in the order of <see cref="All"/>.</returns>
    /// <exception cref="ArgumentException">A set is not known, or none is named.</exception>
    public static IReadOnlyList<AnnotationFile> FilesOf(IEnumerable<string> sets)
    {
        ArgumentNullException.ThrowIfNull(sets);
        HashSet<string> wanted = new(StringComparer.Ordinal);
        foreach (var name in sets)
        {
            var set = Aliases.GetValueOrDefault(name, name.ToLowerInvariant());
            wanted.UnionWith(set == Everything ? Sets : Sets.Contains(set) ? [set] : throw new ArgumentException($"'{name}' is no set of annotations: there are {string.Join(", ", Sets)} and {Everything}.", nameof(sets)));
        }

        return wanted.Count > 0
            ? [.. All.Where(file => wanted.Contains(file.Set))]
            : throw new ArgumentException($"Name at least one set of annotations: {string.Join(", ", Sets)} or {Everything}.", nameof(sets));
    }

    private static AnnotationFile Table(string set, string repository, string folder, string name, long? entries) =>
        new(set, $"annotation/{folder}/{name}", AnnotationContent.WebVidCoVRTable)
        {
            Uri = new Uri($"{Hub}{repository}/resolve/main/{name}"),
            Entries = entries,
            License = CoVRLicense,
        };

    private static AnnotationFile Cirr(string folder, string name, AnnotationContent content, long? bytes, long? entries) =>
        new("cirr", $"annotation/cirr/{name}", content)
        {
            Uri = new Uri($"{Raw}Cuberick-Orion/CIRR/cirr_dataset/{folder}/{name}"),
            Bytes = bytes,
            Entries = entries,
            License = "MIT (the pictures are not licensed by CIRR)",
        };

    private static IEnumerable<AnnotationFile> FashionIQ(string split, params (long CaptionBytes, long Captions, long ImageBytes, long Images)[] categories)
    {
        for (var i = 0; i < categories.Length; i++)
        {
            var category = FashionIQOptions.Categories[i];
            yield return FashionIQ("captions", $"cap.{category}.{split}.json", AnnotationContent.FashionIQCaptions, categories[i].CaptionBytes, categories[i].Captions);
            yield return FashionIQ("image_splits", $"split.{category}.{split}.json", AnnotationContent.FashionIQImages, categories[i].ImageBytes, categories[i].Images);
        }
    }

    private static AnnotationFile FashionIQ(string folder, string name, AnnotationContent content, long bytes, long entries) =>
        InFashionIQ(name, content, entries) with { Uri = new Uri($"{Raw}XiaoxiaoGuo/fashion-iq/master/{folder}/{name}"), Bytes = bytes };

    private static AnnotationFile Merged(string kind, string split, AnnotationContent content, long entries) =>
        InFashionIQ($"{kind}.all.{split}.json", content, entries) with
        {
            Parts = [.. FashionIQOptions.Categories.Select(category => $"annotation/fashion-iq/{kind}.{category}.{split}.json")],
        };

    private static AnnotationFile InFashionIQ(string name, AnnotationContent content, long entries) => new("fiq", $"annotation/fashion-iq/{name}", content)
    {
        Entries = entries,
        License = "Community Data License Agreement",
    };

    private static AnnotationFile Circo(string name, long bytes, long entries) => new("circo", $"datasets/CIRCO/annotations/{name}", AnnotationContent.CircoQueries)
    {
        Uri = new Uri($"{Raw}miccunifi/CIRCO/main/annotations/{name}"),
        Bytes = bytes,
        Entries = entries,
        License = "CC BY-NC 4.0",
    };
}
