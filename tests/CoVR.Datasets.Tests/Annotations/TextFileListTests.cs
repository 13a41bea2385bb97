using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.Annotations;

public sealed class TextFileListTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadTextsAsync_OfACsv_ReadsAColumnOnceEach() => Assert.Equal(
        ["a \"red\", car", "None"],
        await TextFile.ReadTextsAsync(Write("x.csv", "txt1,txt2\nx,\"a \"\"red\"\", car\"\ny,None\nz,\"a \"\"red\"\", car\"\n"), cancellationToken: Cancel));

    [Fact]
    public async Task ReadTextsAsync_OfACsvWithAnEmptyField_NamesLineAndField()
    {
        var error = await Assert.ThrowsAsync<DatasetFormatException>(async () => await TextFile.ReadTextsAsync(Write("x.csv", "txt1,txt2\nx,a\ny,\n"), cancellationToken: Cancel));
        Assert.Equal((3L, "txt2"), (error.Line, error.Field));
    }

    [Fact]
    public async Task ReadTextsAsync_OfACsvWithoutTheColumn_ListsTheHeader()
    {
        var error = await Assert.ThrowsAsync<DatasetFormatException>(async () => await TextFile.ReadTextsAsync(Write("x.csv", "txt1,edit\nx,a\n"), cancellationToken: Cancel));
        Assert.Contains("txt1, edit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadTextsAsync_OfLines_KeepsEachOnce() =>
        Assert.Equal(["b", "", "a "], await TextFile.ReadTextsAsync(Write("x.txt", "b\n\na \nb\n"), cancellationToken: Cancel));

    [Theory]
    [InlineData("""[{"caption":"b","id":1},{"caption":"a"},{"caption":"b"}]""")]
    [InlineData("""["b","a"]""")]
    public async Task ReadTextsAsync_OfJson_ReadsCaptionsOrTexts(string json) =>
        Assert.Equal(["b", "a"], await TextFile.ReadTextsAsync(Write("x.json", json), cancellationToken: Cancel));

    [Theory]
    [InlineData("x.json", """[{"caption":"b"},{"text":"a"}]""", "'[1].caption'")]
    [InlineData("x.json", """{"caption":"b"}""", "expected an array")]
    [InlineData("x.json", "[", "no valid JSON")]
    [InlineData("x.json", "[]", "no text")]
    [InlineData("x.txt", "", "no text")]
    public async Task ReadTextsAsync_OfSomethingElse_SaysWhatIsWrong(string name, string content, string expected)
    {
        var error = await Assert.ThrowsAsync<DatasetFormatException>(async () => await TextFile.ReadTextsAsync(Write(name, content), cancellationToken: Cancel));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.csv")]
    [InlineData("x.txt")]
    [InlineData("x.json")]
    public async Task ReadTextsAsync_OfNoFile_NamesIt(string name) =>
        Assert.Equal(_folder[name], (await Assert.ThrowsAsync<DatasetFormatException>(async () => await TextFile.ReadTextsAsync(_folder[name], cancellationToken: Cancel))).File);

    [Fact]
    public async Task ReadIdsAsync_ReadsTargetsOfACsvOrLines()
    {
        Assert.Equal(["1/2", "3/4"], (await TextFile.ReadIdsAsync(Write("x.csv", "pth1,pth2\na,1/2\nb,3/4\nc,1/2\n"), cancellationToken: Cancel)).Select(id => id.Value));
        Assert.Equal(["1/2", "3/4"], (await TextFile.ReadIdsAsync(Write("x.txt", "1/2\r\n3/4\r\n\r\n"), cancellationToken: Cancel)).Select(id => id.Value));
    }

    private string Write(string name, string content)
    {
        File.WriteAllText(_folder[name], content);
        return _folder[name];
    }
}
