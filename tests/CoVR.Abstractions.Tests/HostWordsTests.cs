using CoVR.Data;
using CoVR.Modeling;

namespace CoVR.Abstractions.Tests;

public sealed class HostWordsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void MediaId_WithoutText_IsRefused(string value) => Assert.Throws<ArgumentException>(() => new MediaId(value));

    [Fact]
    public void MediaId_Sorted_ComparesByCodePointsWhateverTheCulture()
    {
        MediaId[] ids = [new("b"), new("a"), new("B"), new("_"), new("é")];
        Assert.Equal(["B", "_", "a", "b", "é"], ids.Order().Select(id => id.Value));
        Assert.True(new MediaId("a") < new MediaId("b"));
        Assert.True(new MediaId("b") >= new MediaId("b"));
    }

    [Theory]
    [InlineData(2, 2, 11)]
    [InlineData(2, 2, 13)]
    public void RgbFrame_OfOtherLength_IsRefused(int width, int height, int bytes) =>
        Assert.Contains("12", Assert.Throws<ArgumentException>(() => new RgbFrame(width, height, new byte[bytes])).Message);

    [Fact]
    public void MediaSource_OfAnyOrigin_SetsThatOneAlone()
    {
        MediaSource[] sources = ["a.jpg", MediaSource.FromStream("upload", _ => default), MediaSource.FromFrames([new RgbFrame(1, 1, new byte[3])])];
        Assert.Equal([(true, false, false), (false, true, false), (false, false, true)], sources.Select(source => (source.Path is not null, source.Open is not null, source.Frames is not null)));
        Assert.Equal(["a.jpg", "upload", "1 decoded frame(s)"], sources.Select(source => source.DisplayName));
        Assert.Equal(MediaSource.FromFile("a.jpg"), sources[0]);
    }

    [Fact]
    public void EmbeddingSet_OfOtherLength_IsRefusedWithBothSizes()
    {
        var error = Assert.Throws<ArgumentException>(() => new EmbeddingSet(new float[23], vectors: 3, dimensions: 4, frames: 2));
        Assert.Contains("24", error.Message);
        Assert.Contains("23", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EmbeddingSet(default, 0, 4));
    }

    [Theory]
    [InlineData("a.jpg", "redder", QueryParts.Both)]
    [InlineData("a.jpg", null, QueryParts.Reference)]
    [InlineData("a.jpg", "  ", QueryParts.Reference)]
    [InlineData(null, "redder", QueryParts.Modification)]
    public void ComposedQuery_Parts_AreThoseThatAreThere(string? reference, string? text, QueryParts parts) =>
        Assert.Equal(parts, new ComposedQuery(reference is null ? null : MediaSource.FromFile(reference), text).Parts
            .Aggregate(default(QueryParts), (all, part) => all | (part.Media is null ? QueryParts.Modification : QueryParts.Reference)));

    [Fact]
    public void ComposedQuery_WithNeitherPart_IsRefused() => Assert.Throws<ArgumentException>(() => new ComposedQuery(null, " "));

    [Fact]
    public void Fingerprint_Differences_NameEveryFieldWithBothValues()
    {
        var ours = new EmbeddingFingerprint("blip", "aa", "384", 1, 256);
        Assert.Empty(ours.DifferencesFrom(ours with { }));
        var differences = ours.DifferencesFrom(ours with { WeightsSha256 = "bb", Vectors = 32 });
        Assert.Equal(["WeightsSha256: 'aa' against 'bb'", "Vectors: '1' against '32'"], differences);
    }

    [Fact]
    public void ImageInput_Describe_TellsInputsApart()
    {
        Assert.Equal(ImageInput.Clip(384).Describe(), ImageInput.Clip(384).Describe());
        Assert.NotEqual(ImageInput.Clip(384).Describe(), ImageInput.Clip(224).Describe());
        Assert.NotEqual(ImageInput.Clip(384).Describe(), (ImageInput.Clip(384) with { IsBilinear = true }).Describe());
    }

    [Fact]
    public void DatasetFormatException_Message_SaysFileLineAndField()
    {
        var error = new DatasetFormatException("train.csv", 12, "pth2", "is empty");
        Assert.Equal("train.csv, line 12, field 'pth2': is empty", error.Message);
        Assert.Equal((12, "pth2"), (error.Line, error.Field));
    }

    [Fact]
    public void CheckpointMismatch_Message_ListsEveryKey()
    {
        var error = new CheckpointException(
            "a.pth", ["text_proj.bias"], ["itm_head.weight"], new Dictionary<string, string> { ["vision_proj.weight"] = CheckpointException.DescribeShapes([256, 1024], [256, 768]) }, "The file holds ViT-B.");
        foreach (var part in new[] { "a.pth", "text_proj.bias", "itm_head.weight", "vision_proj.weight", "[256, 1024]", "[256, 768]", "ViT-B" })
        {
            Assert.Contains(part, error.Message);
        }
    }
}
