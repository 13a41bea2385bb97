using System.Text;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.Annotations;

/// <summary>The files that a spreadsheet or an old editor makes, in every reader.</summary>
public sealed class TextFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-8 with a mark")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void Read_OfAnEncodingWithItsMark_GivesTheText(string encoding)
    {
        const string Text = "a café\r\n🐈 at night\n";
        var file = Write("a.txt", Text, Named(encoding));

        Assert.Equal(Text, TextFile.Read(file));
        Assert.Equal(["a café", "🐈 at night"], TextFile.ReadLines(file));
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0x0A, 0xE9, 0x0A }, 2, "0xE9")]
    [InlineData(new byte[] { 0x61, 0x0D, 0x0A, 0x62, 0x0A, 0xED, 0xA0, 0xBD }, 3, "surrogate")]
    [InlineData(new byte[] { 0x61, 0x0A, 0xC3 }, 2, "0xC3")]
    [InlineData(new byte[] { 0x61, 0x00, 0x0A, 0x00 }, 1, "zero byte")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61, 0x00, 0x0A, 0x00, 0x3D, 0xD8, 0x0A, 0x00 }, 2, "surrogate")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0x00, 0x61, 0x00, 0x0A, 0x00 }, 2, "0xFF")]
    public void Read_OfSomethingElse_NamesFileAndLine(byte[] content, long line, string reason)
    {
        var file = Write("a.txt", content);

        foreach (var error in new[] { Assert.Throws<DatasetFormatException>(() => TextFile.Read(file)), Assert.Throws<DatasetFormatException>(() => TextFile.ReadLines(file)) })
        {
            Assert.Equal((file, line), (error.File, error.Line));
            Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ReadAsync_OfATableInUtf16_ReadsIt()
    {
        using var table = await CsvTable.OpenAsync(Write("a.csv", "txt,é\ncafé,\"a\nb\"\nx,y\n", Encoding.Unicode), Cancel);

        var rows = await table.ReadAsync(Cancel).Select(row => (table.Line, string.Join('|', row))).ToListAsync(Cancel);

        Assert.Equal(["txt", "é"], table.Header);
        Assert.Equal([(2L, "café|a\nb"), (4L, "x|y")], rows);
    }

    [Fact]
    public async Task ReadAsync_OfATableInLatin1_NamesLineAndColumn()
    {
        using var table = await CsvTable.OpenAsync(Write("a.csv", "pth1,edit\na,b\nc,café\n", Encoding.Latin1), Cancel);

        var row = await Assert.ThrowsAsync<DatasetFormatException>(async () => await table.ReadAsync(Cancel).CountAsync(Cancel));
        var header = await Assert.ThrowsAsync<DatasetFormatException>(() => CsvTable.OpenAsync(Write("b.csv", "é,edit\na,b\n", Encoding.Latin1), Cancel));

        Assert.Equal((3L, "edit"), (row.Line, row.Field));
        Assert.Equal(1L, header.Line);
    }

    [Theory]
    [InlineData("caf\u00e9/1,b,c", "pth1")]
    [InlineData("a,caf\u00e9/2,c", "pth2")]
    [InlineData("a,b,caf\u00e9 in the rain", "edit")]
    public async Task InspectAsync_OfATableWithARowInLatin1_KeepsTheOthers(string row, string field)
    {
        var reader = Table(Write("test.csv", $"pth1,pth2,edit\n1,2,more\n{row}\n3,4,less\n", Encoding.Latin1));

        var inspection = await AnnotationInspection.ReadAsync(reader, DatasetSplit.Test, Cancel);
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Test, Cancel).AsTask());

        Assert.Equal((3L, field), (error.Line, error.Field));
        Assert.Equal((3L, field), inspection.Issues.Select(issue => (issue.Line!.Value, issue.Field)).Single());
        Assert.Equal(["more", "less"], inspection.Dataset.Triplets.Select(triplet => triplet.Modification));
    }

    [Fact]
    public async Task ReadTextsAsync_JsonWithALongWordThatIsNoLiteral_QuotesItsStart()
    {
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => TextFile.ReadTextsAsync(Write("texts.json", "t" + new string('x', 5_000), Encoding.ASCII), cancellationToken: Cancel));

        Assert.Contains("txxx", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Reason.Length, 100, 1_001);
    }

    [Fact]
    public async Task InspectAsync_OfATableInUtf16WithHalfASurrogatePair_KeepsTheOtherRows()
    {
        byte[] content = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("pth1,pth2,edit\n1,2,mo"), 0x3D, 0xD8, .. Encoding.Unicode.GetBytes("re\n3,4,naïve\n")];

        var inspection = await AnnotationInspection.ReadAsync(Table(Write("test.csv", content)), DatasetSplit.Test, Cancel);

        Assert.Equal((2L, "edit"), inspection.Issues.Select(issue => (issue.Line!.Value, issue.Field)).Single());
        Assert.Equal("naïve", Assert.Single(inspection.Dataset.Triplets).Modification);
    }

    [Fact]
    public async Task InspectAsync_OfAGalleryWithALineInLatin1_KeepsTheOthers()
    {
        var list = Write("gallery.txt", "2\ncafé\n4\n", Encoding.Latin1);
        var options = new WebVidCoVROptions().AddSplit(DatasetSplit.Test, Write("test.csv", "pth1,pth2,edit\n1,2,more\n", Encoding.UTF8), _folder.FullName);
        options.MissingMedia = MissingMediaPolicy.Ignore;
        options.Galleries[DatasetSplit.Test] = list;

        var inspection = await AnnotationInspection.ReadAsync(options.CreateReader(), DatasetSplit.Test, Cancel);
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => options.CreateReader().ReadAsync(DatasetSplit.Test, Cancel).AsTask());

        Assert.Equal((list, 2L), (error.File, error.Line));
        Assert.Equal((list, 2L), inspection.Issues.Select(issue => (issue.File, issue.Line!.Value)).Single());
        Assert.Equal(["2", "4"], inspection.Dataset.Candidates.Select(id => id.Value));
    }

    [Theory]
    [InlineData("\"add \\ud83d hat\"", "caption", "[0].caption")]
    [InlineData("\"add \\ude00 hat\"", "caption", "[0].caption")]
    [InlineData("\"caf\u00e9\"", "caption", "[0].caption")]
    [InlineData("\"dev-\\ud83d\"", "reference", "[0].reference")]
    [InlineData("{\"caf\u00e9\": 1.0}", "target_soft", "[0].target_soft")]
    [InlineData("{\"dev-\\ud83d\": 1.0}", "target_soft", "[0].target_soft")]
    [InlineData("{\"a\": 1.0, \"a\": 0.5}", "target_soft", "[0].target_soft")]
    [InlineData("{\" \": 1.0}", "target_soft", "[0].target_soft")]
    [InlineData("{\"id\": 1, \"\\ud83d\": 1}", "img_set", "[0].img_set")]
    public async Task InspectAsync_OfAJsonEntryThatIsNoText_NamesTheFieldAndKeepsTheOthers(string value, string key, string field)
    {
        var file = Write("cap.json", $"[{Entry(1, value, key)},\n{Entry(2)}]", Encoding.Latin1);
        var reader = new CirrOptions { MissingMedia = MissingMediaPolicy.Ignore }.AddSplit(DatasetSplit.Test, file, _folder.FullName).CreateReader();

        var inspection = await AnnotationInspection.ReadAsync(reader, DatasetSplit.Test, Cancel);
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => reader.ReadAsync(DatasetSplit.Test, Cancel).AsTask());

        Assert.Equal((file, 1L), (error.File, error.Line));
        Assert.StartsWith(field, error.Field, StringComparison.Ordinal);
        Assert.Equal(error.Field, Assert.Single(inspection.Issues).Field);
        Assert.Equal("2", Assert.Single(inspection.Dataset.Triplets).Id);
    }

    [Theory]
    [InlineData("utf-8 with a mark")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task ReadAsync_OfTextsWithAByteOrderMark_ReadsThem(string encoding)
    {
        Assert.Equal(["café"], await TextFile.ReadTextsAsync(Write("a.json", "[{\"caption\":\"café\"}]", Named(encoding)), cancellationToken: Cancel));
        Assert.Equal(["café"], await TextFile.ReadTextsAsync(Write("a.txt", "café\n", Named(encoding)), cancellationToken: Cancel));
        Assert.Equal(["café"], await TextFile.ReadTextsAsync(Write("a.csv", "txt2\ncafé\n", Named(encoding)), cancellationToken: Cancel));
    }

    [Theory]
    [InlineData("a.json", "[{\"caption\":\"ok\"},\n{\"caption\":\"a \\ud83d hat\"}]", 2, "[1].caption")]
    [InlineData("a.json", "[\"ok\",\n\"caf\u00e9\"]", 2, "[1]")]
    [InlineData("a.txt", "ok\ncaf\u00e9\n", 2, null)]
    [InlineData("a.csv", "txt2\nok\ncaf\u00e9\n", 3, "txt2")]
    public async Task ReadAsync_OfTextsThatAreNone_NamesLineAndField(string name, string content, long line, string? field)
    {
        var error = await Assert.ThrowsAsync<DatasetFormatException>(async () => await TextFile.ReadTextsAsync(Write(name, content, Encoding.Latin1), cancellationToken: Cancel));

        Assert.Equal((_folder[name], line, field), (error.File, error.Line, error.Field));
    }

    private static Encoding Named(string name) => name switch
    {
        "utf-8" => new UTF8Encoding(false),
        "utf-8 with a mark" => new UTF8Encoding(true),
        _ => Encoding.GetEncoding(name),
    };

    private static string Entry(int id, string? value = null, string? key = null)
    {
        string Field(string name, string valid) => $"\"{name}\": {(name == key ? value : valid)}";
        return $$"""{"pairid": {{id}}, {{Field("reference", "\"r\"")}}, "target_hard": "t", {{Field("target_soft", "{\"t\": 1.0}")}}, {{Field("caption", "\"ok\"")}}, {{Field("img_set", "{\"id\": 1, \"members\": [\"t\"]}")}}}""";
    }

    private static ITripletDatasetReader Table(string file) => new WebVidCoVROptions().AddSplit(DatasetSplit.Test, file, Path.GetDirectoryName(file)!).CreateReader();

    private string Write(string name, string content, Encoding encoding) => Write(name, [.. encoding.GetPreamble(), .. encoding.GetBytes(content)]);

    private string Write(string name, byte[] content)
    {
        File.WriteAllBytes(_folder[name], content);
        return _folder[name];
    }
}
