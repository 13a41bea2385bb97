using CoVR.Datasets.FashionIQ;

namespace CoVR.Cli.Commands.Download;

/// <summary>One annotation file: where it is published, where the readers look for it, and what it must hold.</summary>
/// <param name="Set">The data set: <c>covr</c>, <c>coir</c>, <c>cirr</c>, <c>fiq</c> or <c>circo</c>.</param>
/// <param name="Path">Its place below the working folder, with slashes: <c>annotation/cirr/cap.rc2.val.json</c>.</param>
/// <param name="Format">What it must hold.</param>
internal sealed record AnnotationFile(string Set, string Path, AnnotationFormat Format)
{
    /// <summary>Where it is published; null: it is made from <see cref="Parts"/>.</summary>
    public Uri? Uri { get; init; }

    /// <summary>The files whose lists make it, in order.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Its length when the catalogue was written, if known. Another length is no error.</summary>
    public long? Bytes { get; init; }

    /// <summary>Its entries when the catalogue was written, if known. Another number is reported, and is no error.</summary>
    public long? Entries { get; init; }

    /// <summary>The licence, as its publisher states it.</summary>
    public required string License { get; init; }

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}

/// <summary>The annotation files of every data set, in the layout of the Python repository.</summary>
/// <remarks>
/// Follows <c>tools/scripts/download_annotation_*.sh</c> and <c>merge_fiq_annotations.py</c> of lucas-ventura/CoVR; CIRR's picture lists and
/// CIRCO, which these scripts leave to the user, come from the repositories of their authors. Lengths and counts are those of the files in
/// Cuberick-Orion/CIRR, XiaoxiaoGuo/fashion-iq and miccunifi/CIRCO.
/// </remarks>
internal static class AnnotationCatalog
{
    /// <summary>The name for all sets.</summary>
    public const string Everything = "all";

    private const string Hub = "https://huggingface.co/datasets/lucas-ventura/";
    private const string Raw = "https://raw.githubusercontent.com/";
    private const string CoVRLicense = "not stated; see the data set's page on the hub";

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["webvid-covr"] = "covr",
        ["cc-coir"] = "coir",
        ["fashion-iq"] = "fiq",
        ["fashioniq"] = "fiq",
    };

    /// <summary>The names of the sets.</summary>
    public static IReadOnlyList<string> Sets { get; } = ["covr", "coir", "cirr", "fiq", "circo"];

    /// <summary>Every file; one that is made from others follows them.</summary>
    public static IReadOnlyList<AnnotationFile> All { get; } =
    [
        Table("covr", "WebVid-CoVR", "webvid-covr", "webvid2m-covr_train.csv", null),
        Table("covr", "WebVid-CoVR", "webvid-covr", "webvid8m-covr_val.csv", null),
        Table("covr", "WebVid-CoVR", "webvid-covr", "webvid8m-covr_test.csv", null),
        Table("coir", "CC-CoIR", "cc-coir", "cc-coir_train.csv", null),

        Cirr("captions", "cap.rc2.train.json", AnnotationFormat.CirrCaptions, null, null),
        Cirr("captions", "cap.rc2.val.json", AnnotationFormat.CirrCaptions, 1_609_916, 4_181),
        Cirr("captions", "cap.rc2.test1.json", AnnotationFormat.CirrCaptions, 1_254_129, 4_148),
        Cirr("image_splits", "split.rc2.train.json", AnnotationFormat.CirrImages, 969_680, 16_939),
        Cirr("image_splits", "split.rc2.val.json", AnnotationFormat.CirrImages, 105_568, 2_297),
        Cirr("image_splits", "split.rc2.test1.json", AnnotationFormat.CirrImages, 120_364, 2_315),

        .. FashionIQ("train", (1_178_488, 5_985, 206_138, 11_452), (1_167_604, 5_988, 342_650, 19_036), (1_200_387, 6_027, 290_180, 16_121)),
        .. FashionIQ("val", (397_427, 2_017, 68_708, 3_817), (398_072, 2_038, 114_230, 6_346), (391_897, 1_961, 96_716, 5_373)),
        .. FashionIQ("test", (335_557, 2_024, 68_726, 3_818), (333_382, 2_038, 114_230, 6_346), (345_441, 2_056, 96_734, 5_374)),
        Merged("cap", "train", AnnotationFormat.FashionIQCaptions, 18_000),
        Merged("split", "train", AnnotationFormat.FashionIQImages, 46_609),
        Merged("cap", "val", AnnotationFormat.FashionIQCaptions, 6_016),
        Merged("split", "val", AnnotationFormat.FashionIQImages, 15_536),

        Circo("val.json", 111_978, 220),
        Circo("test.json", 167_660, 800),
    ];

    /// <summary>The files of some sets, in the order of <see cref="All"/>.</summary>
    /// <param name="sets">Names of <see cref="Sets"/>, the names of data sets in the reference (<c>fashion-iq</c>), or <see cref="Everything"/>, in any case.</param>
    /// <exception cref="ArgumentException">A set is not known, or none is named.</exception>
    public static IReadOnlyList<AnnotationFile> FilesOf(IEnumerable<string> sets)
    {
        HashSet<string> wanted = new(StringComparer.Ordinal);
        foreach (var name in sets)
        {
            var set = Aliases.GetValueOrDefault(name, name.ToLowerInvariant());
            wanted.UnionWith(set == Everything ? Sets : Sets.Contains(set) ? [set] : throw new ArgumentException($"'{name}' is not a set of annotations. There are {string.Join(", ", Sets)} and {Everything}.", nameof(sets)));
        }

        return wanted.Count > 0
            ? [.. All.Where(file => wanted.Contains(file.Set))]
            : throw new ArgumentException($"Name at least one set of annotations: {string.Join(", ", Sets)} or {Everything}.", nameof(sets));
    }

    private static AnnotationFile Table(string set, string repository, string folder, string name, long? entries) =>
        new(set, $"annotation/{folder}/{name}", AnnotationFormat.WebVidCoVR)
        {
            Uri = new Uri($"{Hub}{repository}/resolve/main/{name}"),
            Entries = entries,
            License = CoVRLicense,
        };

    private static AnnotationFile Cirr(string folder, string name, AnnotationFormat format, long? bytes, long? entries) =>
        new("cirr", $"annotation/cirr/{name}", format)
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
            yield return FashionIQ("captions", $"cap.{category}.{split}.json", AnnotationFormat.FashionIQCaptions, categories[i].CaptionBytes, categories[i].Captions);
            yield return FashionIQ("image_splits", $"split.{category}.{split}.json", AnnotationFormat.FashionIQImages, categories[i].ImageBytes, categories[i].Images);
        }
    }

    private static AnnotationFile FashionIQ(string folder, string name, AnnotationFormat format, long bytes, long entries) =>
        InFashionIQ(name, format, entries) with { Uri = new Uri($"{Raw}XiaoxiaoGuo/fashion-iq/master/{folder}/{name}"), Bytes = bytes };

    private static AnnotationFile Merged(string kind, string split, AnnotationFormat format, long entries) =>
        InFashionIQ($"{kind}.all.{split}.json", format, entries) with
        {
            Parts = [.. FashionIQOptions.Categories.Select(category => $"annotation/fashion-iq/{kind}.{category}.{split}.json")],
        };

    private static AnnotationFile InFashionIQ(string name, AnnotationFormat format, long entries) => new("fiq", $"annotation/fashion-iq/{name}", format)
    {
        Entries = entries,
        License = "Community Data License Agreement",
    };

    private static AnnotationFile Circo(string name, long bytes, long entries) => new("circo", $"datasets/CIRCO/annotations/{name}", AnnotationFormat.CircoQueries)
    {
        Uri = new Uri($"{Raw}miccunifi/CIRCO/main/annotations/{name}"),
        Bytes = bytes,
        Entries = entries,
        License = "CC BY-NC 4.0",
    };
}
