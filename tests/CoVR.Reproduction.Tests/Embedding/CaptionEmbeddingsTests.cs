using CoVR.Data;
using CoVR.Reproduction.Embedding;
using CoVR.TestSupport;

namespace CoVR.Reproduction.Tests.Embedding;

[Collection("torch")]
public sealed class CaptionEmbeddingsTests : IDisposable
{
    private static readonly TripletDataset Dataset = new(
        "tiny",
        DatasetSplit.Train,
        [.. new[] { "a red circle", "A Blue circle.", "a red circle" }.Select((caption, i) => new Triplet($"{i}", new MediaId("r"), "edit", new MediaId($"t{i}"), caption))],
        []);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Paths_AreThoseOfTheReference()
    {
        var embeddings = Path.Combine(_folder.FullName, "2M", "blip2-vid-embs-large-all");
        Assert.Equal(Path.Combine(embeddings, "txt2_webvid2m-covr_train.pth"), CaptionEmbeddings.PathIn(embeddings, "annotation/webvid-covr/webvid2m-covr_train.csv"));
        Assert.Equal(Path.Combine(_folder.FullName, "2M", "txt2_cc3m-coir_train.pth"), CaptionEmbeddings.PathBeside(embeddings + Path.DirectorySeparatorChar, "cc3m-coir_train.csv"));
    }

    [Fact]
    public void Load_OfAllCaptions_FindsThemAsAnnotated()
    {
        var path = Save("txt2_train.pth", ["A Blue circle.", "a red circle", "unused"], 2);
        var captions = CaptionEmbeddings.Load(Dataset, 2, path);
        Assert.Equal([2f, 3f], captions["a red circle"].ToArray());
        Assert.Equal([0f, 1f], captions["A Blue circle."].ToArray());
        Assert.False(captions.ContainsKey("a blue circle"));
        Assert.Equal(3, captions.Count);
    }

    [Fact]
    public void Load_OfMergedData_JoinsFiles()
    {
        var captions = CaptionEmbeddings.Load(Dataset, null, Save("a.pth", ["a red circle"], 2), Save("b.pth", ["unused", "a red circle", "A Blue circle."], 2));
        Assert.Equal([0f, 1f], captions["a red circle"].ToArray());
        Assert.Equal([4f, 5f], captions["A Blue circle."].ToArray());
    }

    [Fact]
    public void Load_WithCaptionsMissing_NamesThem()
    {
        var path = Save("txt2_train.pth", ["a red circle"], 2);
        var error = Assert.Throws<CaptionEmbeddingsException>(() => CaptionEmbeddings.Load(Dataset, 2, path));
        Assert.Equal(["A Blue circle."], error.Missing);
        Assert.Contains("1 captions of tiny have no embedding, for example 'A Blue circle.'", error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.File);
    }

    [Fact]
    public void Load_OfAnotherModelOrNoFile_SaysSo()
    {
        var path = Save("txt2_train.pth", ["a red circle", "A Blue circle."], 2);
        Assert.Contains("have 2 dimensions, expected 256", Assert.Throws<CaptionEmbeddingsException>(() => CaptionEmbeddings.Load(Dataset, 256, path)).Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<CaptionEmbeddingsException>(() => CaptionEmbeddings.Load(Dataset, 2, _folder["no.pth"])).Message, StringComparison.Ordinal);
        var bare = Dataset with { Triplets = [Dataset.Triplets[0] with { TargetCaption = null }] };
        Assert.Contains("triplet 0 of tiny has no caption", Assert.Throws<CaptionEmbeddingsException>(() => CaptionEmbeddings.Load(bare, 2, path)).Message, StringComparison.Ordinal);
    }

    private string Save(string name, string[] texts, int dimensions)
    {
        new TextEmbeddings(texts, Enumerable.Range(0, texts.Length * dimensions).Select(i => (float)i).ToArray(), dimensions).Save(_folder[name]);
        return _folder[name];
    }
}
