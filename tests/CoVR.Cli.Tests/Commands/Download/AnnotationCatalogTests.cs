using CoVR.Cli.Commands.Download;

namespace CoVR.Cli.Tests.Commands.Download;

public sealed class AnnotationCatalogTests
{
    private const string Hub = "https://huggingface.co/datasets/lucas-ventura";
    private const string Cirr = "https://raw.githubusercontent.com/Cuberick-Orion/CIRR/cirr_dataset";
    private const string FashionIQ = "https://raw.githubusercontent.com/XiaoxiaoGuo/fashion-iq/master";

    [Theory]
    [InlineData("annotation/webvid-covr/webvid2m-covr_train.csv", Hub + "/WebVid-CoVR/resolve/main/webvid2m-covr_train.csv")]
    [InlineData("annotation/webvid-covr/webvid8m-covr_val.csv", Hub + "/WebVid-CoVR/resolve/main/webvid8m-covr_val.csv")]
    [InlineData("annotation/webvid-covr/webvid8m-covr_test.csv", Hub + "/WebVid-CoVR/resolve/main/webvid8m-covr_test.csv")]
    [InlineData("annotation/cc-coir/cc-coir_train.csv", Hub + "/CC-CoIR/resolve/main/cc-coir_train.csv")]
    [InlineData("annotation/cirr/cap.rc2.train.json", Cirr + "/captions/cap.rc2.train.json")]
    [InlineData("annotation/cirr/cap.rc2.val.json", Cirr + "/captions/cap.rc2.val.json")]
    [InlineData("annotation/cirr/cap.rc2.test1.json", Cirr + "/captions/cap.rc2.test1.json")]
    [InlineData("annotation/cirr/split.rc2.val.json", Cirr + "/image_splits/split.rc2.val.json")]
    [InlineData("datasets/CIRCO/annotations/val.json", "https://raw.githubusercontent.com/miccunifi/CIRCO/main/annotations/val.json")]
    public void All_HasTheFilesOfTheReferencesScriptsAtTheirPlaces(string path, string address) =>
        Assert.Equal(address, AnnotationCatalog.All.Single(file => file.Path == path).Uri!.AbsoluteUri);

    [Fact]
    public void All_OfFashionIQ_HasCaptionsAndListsOfEveryCategoryAndSplit()
    {
        var files = AnnotationCatalog.FilesOf(["fiq"]);

        foreach (var category in new[] { "dress", "shirt", "toptee" })
        {
            foreach (var split in new[] { "train", "val", "test" })
            {
                Assert.Contains(files, file => file.Path == $"annotation/fashion-iq/cap.{category}.{split}.json" && file.Uri!.AbsoluteUri == $"{FashionIQ}/captions/cap.{category}.{split}.json");
                Assert.Contains(files, file => file.Path == $"annotation/fashion-iq/split.{category}.{split}.json" && file.Uri!.AbsoluteUri == $"{FashionIQ}/image_splits/split.{category}.{split}.json");
            }
        }

        Assert.Equal(22, files.Count);
        Assert.Equal(["cap.all.train.json", "split.all.train.json", "cap.all.val.json", "split.all.val.json"], files.Where(file => file.Uri is null).Select(file => file.Name));
        foreach (var made in files.Where(file => file.Uri is null))
        {
            Assert.Equal(made.Entries, made.Parts.Sum(part => files.Single(file => file.Path == part).Entries));
        }
    }

    [Fact]
    public void All_NamesEachFileOnceAndItsLicense()
    {
        Assert.Equal(AnnotationCatalog.All.Count, AnnotationCatalog.All.Select(file => file.Path).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(AnnotationCatalog.All, file => Assert.True(file.License.Length > 2 && file.Uri is null == file.Parts.Count > 0));
        Assert.Equal(AnnotationCatalog.Sets, AnnotationCatalog.All.Select(file => file.Set).Distinct());
    }

    [Theory]
    [InlineData("fashion-iq", "fiq")]
    [InlineData("FashionIQ", "fiq")]
    [InlineData("webvid-covr", "covr")]
    [InlineData("CIRCO", "circo")]
    public void FilesOf_AnotherSpelling_IsTheSameSet(string name, string set) => Assert.Equal(AnnotationCatalog.FilesOf([set]), AnnotationCatalog.FilesOf([name, set]));

    [Fact]
    public void FilesOf_AnUnknownSet_NamesThoseThereAre()
    {
        var error = Assert.Throws<ArgumentException>(() => AnnotationCatalog.FilesOf(["cirr", "coco"]));

        Assert.Contains("'coco'", error.Message, StringComparison.Ordinal);
        Assert.Contains("covr, coir, cirr, fiq, circo and all", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AnnotationCatalog.FilesOf([]));
    }
}
