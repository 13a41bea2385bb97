using System.Text;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.TestData;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Datasets.Tests.Annotations;

/// <summary>Broken annotation files: each is read or refused with a <see cref="DatasetFormatException"/>, by the reader and by its inspection.</summary>
public sealed class AnnotationFuzzTests : IDisposable
{
    private const int Share = 2_000;
    private static readonly string[] Json = ["null", "true", "-1", "1e999", "\"", "\\ud800", "\\u0000", "{", "}", "[", "]", ":", ",", "{}", "[]", "../x", "\u00e9", "\uFEFF", "9223372036854775808"];
    private static readonly string[] Csv = [",", "\"", "\"\"", "\n", "\r\n", "\r", "pth1", "pth2", "edit", "[", "['", "']", "\uFEFF", "\0", "../x", "[0.1, 2e3]", "\\x", ";", "\t"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cirr", "cap.rc2.val.json")]
    [InlineData("fashioniq", "cap.dress.val.json")]
    [InlineData("fashioniq", "split.dress.val.json")]
    [InlineData("circo", "annotations/val.json")]
    [InlineData("circo", "COCO2017_unlabeled/annotations/image_info_unlabeled2017.json")]
    [InlineData("cc-coir", "train.csv")]
    public void ReadAsync_Mutants_AreReadOrRefused(string dataset, string file)
    {
        var reader = dataset switch
        {
            "cirr" => TinyLayouts.Cirr(_folder.FullName).CreateReader(),
            "fashioniq" => TinyLayouts.FashionIQ(_folder.FullName).CreateReader(),
            "circo" => TinyLayouts.Circo(_folder.FullName).CreateReader(),
            _ => TinyLayouts.CcCoIR(_folder.FullName).CreateReader(),
        };
        var path = _folder[file.Split('/')];
        var mutator = new ByteMutator([File.ReadAllBytes(path)], file.EndsWith("csv", StringComparison.Ordinal) ? Csv : Json);
        Fuzz.Run($"{dataset} {file}", Share, mutator.Make, mutant =>
        {
            File.WriteAllBytes(path, mutant);
            IsRead(() => AnnotationInspection.ReadAsync(reader, DatasetSplit.Validation, TestContext.Current.CancellationToken));
            return IsRead(() => reader.ReadAsync(DatasetSplit.Validation, TestContext.Current.CancellationToken));
        });
    }

    [Theory]
    [InlineData(".csv", "txt2,pth2\na dog,1\n\"a \"\"red\"\" one, left\",2\n")]
    [InlineData(".json", "[{\"caption\": \"a dog\", \"id\": 1}, {\"caption\": \"caf\u00e9\"}, \"text\"]")]
    [InlineData(".txt", "a dog\nun caf\u00e9\r\n\nlast")]
    public void ReadAsync_MutantsOfATextList_AreReadOrRefused(string extension, string content)
    {
        var mutator = new ByteMutator([Encoding.UTF8.GetBytes(content), [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(content)], .. Fuzz.Seeds(extension)], [.. Csv, .. Json]);
        var path = _folder["texts" + extension];
        Fuzz.Run("texts" + extension, Share / 2, mutator.Make, mutant =>
        {
            File.WriteAllBytes(path, mutant);
            return IsRead(async () => await TextFile.ReadTextsAsync(path, cancellationToken: TestContext.Current.CancellationToken));
        }, leastShare: 0.005);
    }

    [Fact]
    public void Parse_MutantsOfLists_NeverThrow()
    {
        var mutator = new ByteMutator(["[0.12, 3.4e-5,-7,.5]"u8.ToArray(), "['make it red', \"the dog's ball\", '\\u00e9']"u8.ToArray()], Csv);
        var scores = new float[4];
        Fuzz.Run("lists", 680, mutator.Make, mutant =>
        {
            TextListLiteral.Parse(Encoding.UTF8.GetString(mutant));
            ScoreList.Parse(mutant, ref scores, out var fault);
            return fault is null;
        });
    }

    private static bool IsRead<T>(Func<ValueTask<T>> read)
    {
        try
        {
            read().AsTask().GetAwaiter().GetResult();
            return true;
        }
        catch (DatasetFormatException error)
        {
            Assert.InRange(error.Message.Length, 10, 2_000);
            return false;
        }
    }
}
