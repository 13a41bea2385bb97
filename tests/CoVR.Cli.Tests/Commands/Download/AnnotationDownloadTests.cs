using CoVR.Cli.Commands.Download;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Downloads;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;

namespace CoVR.Cli.Tests.Commands.Download;

public sealed class AnnotationDownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Downloader _downloader = new(null, new HurriedTime()) { Retries = 4, StallTimeout = TimeSpan.FromHours(3) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _downloader.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Download_OfEverySet_MakesTheReferencesLayoutAndOurReadersReadIt()
    {
        await using var server = MadeAnnotations.Serve();

        var outcomes = await RunAsync(server, "all");

        Assert.All(outcomes, outcome => Assert.True(outcome.Status is AnnotationStatus.Downloaded or AnnotationStatus.Made, $"{outcome.File.Path}: {outcome.Reason}"));
        Assert.Equal(AnnotationCatalog.All, outcomes.Select(outcome => outcome.File));
        Assert.Equal(
            AnnotationCatalog.All.Select(file => file.Path).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_folder.FullName, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await ReadAsync(new WebVidCoVROptions { MissingMedia = MissingMediaPolicy.Ignore }
            .AddSplit(DatasetSplit.Test, _folder["annotation", "webvid-covr", "webvid8m-covr_test.csv"], "x").CreateReader())).Triplets.Count);
        Assert.Equal(["cirr-dev-2"], (await ReadAsync(new CirrOptions { MissingMedia = MissingMediaPolicy.Ignore }
            .AddSplit(DatasetSplit.Test, _folder["annotation", "cirr", "cap.rc2.val.json"], "x", _folder["annotation", "cirr", "split.rc2.val.json"]).CreateReader())).Triplets.Select(triplet => $"cirr-{triplet.Target}"));
        Assert.Equal(["dress2", "shirt2", "toptee2"], (await ReadAsync(new FashionIQOptions { MissingMedia = MissingMediaPolicy.Ignore }
            .AddFolder(_folder["annotation", "fashion-iq"], "x").CreateReader())).Triplets.Select(triplet => triplet.Target!.Value.Value));
    }

    [Fact]
    public async Task Download_Again_AsksNobody()
    {
        await using var server = MadeAnnotations.Serve();
        await RunAsync(server, "all");
        var asked = server.Requests.Count;

        var outcomes = await RunAsync(server, "all");

        Assert.All(outcomes, outcome => Assert.Equal(AnnotationStatus.AlreadyThere, outcome.Status));
        Assert.All(outcomes, outcome => Assert.True(outcome.Entries > 0));
        Assert.Equal(asked, server.Requests.Count);
    }

    [Fact]
    public async Task Download_OfFashionIQ_MergesAsPythonDoesByteForByte()
    {
        await using var server = MadeAnnotations.Serve();

        var outcomes = await RunAsync(server, "fashion-iq");

        var merged = outcomes.Single(outcome => outcome.File.Name == "cap.all.val.json");
        Assert.Equal((AnnotationStatus.Made, 3L), (merged.Status, merged.Entries));
        var text = await File.ReadAllTextAsync(merged.Path, Cancel);
        Assert.StartsWith(
            "[\n  {\n    \"target\": \"dress2\",\n    \"candidate\": \"dress1\",\n    \"captions\": [\n      \"is \\u00e9l\\u00e9gant\",\n      \"has <b>&</b> 'more'\"\n    ]\n  },\n  {\n    \"target\": \"shirt2\",", text, StringComparison.Ordinal);
        Assert.EndsWith("    ]\n  }\n]", text, StringComparison.Ordinal);
        Assert.Equal(
            "[\n  \"dress2\",\n  \"dress1\",\n  \"shirt2\",\n  \"shirt1\",\n  \"toptee2\",\n  \"toptee1\"\n]",
            await File.ReadAllTextAsync(_folder["annotation", "fashion-iq", "split.all.train.json"], Cancel));
    }

    [Fact]
    public async Task Download_WithAFileThatIsGone_BringsTheOthersAndSaysWhatCouldNotBeMade()
    {
        await using var server = MadeAnnotations.Serve((_, file) => file.Name == "cap.shirt.val.json" ? ScriptedReply.Text(404, "gone") : null);

        var outcomes = await RunAsync(server, "fiq");

        var failed = outcomes.Where(outcome => outcome.Status == AnnotationStatus.Failed).ToList();
        Assert.Equal(["cap.shirt.val.json", "cap.all.val.json"], failed.Select(outcome => outcome.File.Name));
        Assert.Contains("404", failed[0].Reason, StringComparison.Ordinal);
        Assert.Contains("cap.shirt.val.json", failed[1].Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(failed[1].Path));
        Assert.Equal(20, outcomes.Count - failed.Count);
    }

    [Theory]
    [InlineData("webvid8m-covr_test.csv", "<!doctype html><title>Sorry</title>", "Sorry")]
    [InlineData("webvid8m-covr_test.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n", "column(s) missing: pth1, pth2, edit")]
    [InlineData("webvid8m-covr_test.csv", "txt1,txt2,pth1,pth2\na,b,1/1,1/2\n", "field 'edit'")]
    [InlineData("webvid8m-covr_test.csv", "pth1,pth2,edit\n1/1,1/2,more\n1/1,1", "line 3")]
    [InlineData("webvid8m-covr_test.csv", "pth1,pth2,edit\n1/1,../../etc/passwd,more\n", "outside the media folder")]
    [InlineData("webvid8m-covr_test.csv", "pth1,pth2,edit\n", "no row")]
    [InlineData("cap.rc2.val.json", """[{"pairid": 3, "reference": "dev-1", "caption": "x"}]""", "img_set")]
    [InlineData("cap.rc2.val.json", """[{"pairid": 3,""", "not valid JSON")]
    [InlineData("split.rc2.val.json", """["dev-1"]""", "expected an object")]
    [InlineData("split.rc2.val.json", """{"../dev": "x"}""", "not a picture's name")]
    [InlineData("cap.dress.train.json", """{"message": "rate limited"}""", "expected an array")]
    [InlineData("cap.dress.train.json", """[{"target": "B1", "candidate": "B2", "captions": ["one"]}]""", "expected 2")]
    [InlineData("split.dress.train.json", "[]", "empty")]
    [InlineData("val.json", """[{"reference_img_id": "8", "relative_caption": "x", "id": 0}]""", "expected a number")]
    public async Task Download_OfSomethingElse_IsRefusedAndLeftNowhere(string name, string content, string says)
    {
        await using var server = MadeAnnotations.Serve((_, file) => file.Name == name ? ScriptedReply.Text(200, content) : null);
        var wanted = AnnotationCatalog.All.Single(file => file.Name == name);

        var outcome = Assert.Single(await RunAsync(server, [wanted]));

        Assert.Equal(AnnotationStatus.Failed, outcome.Status);
        Assert.Contains(says, outcome.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(".part", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder.FullName, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Download_OverAFileThatCannotBeRead_ReplacesItOnlyByARightOne()
    {
        var isGone = true;
        await using var server = MadeAnnotations.Serve((_, _) => isGone ? ScriptedReply.Text(404, "gone") : null);
        var path = _folder["annotation", "cc-coir", "cc-coir_train.csv"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "half a ta", Cancel);

        var failed = Assert.Single(await RunAsync(server, "coir"));
        var kept = await File.ReadAllTextAsync(path, Cancel);
        isGone = false;
        var replaced = Assert.Single(await RunAsync(server, "coir"));

        Assert.Equal((AnnotationStatus.Failed, "half a ta"), (failed.Status, kept));
        Assert.Equal((AnnotationStatus.Downloaded, 2L), (replaced.Status, replaced.Entries));
        Assert.Contains("could not be read", replaced.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_WithOverwrite_BringsFilesThatAreThere()
    {
        await using var server = MadeAnnotations.Serve();
        await RunAsync(server, "circo");

        var outcomes = await RunAsync(server, AnnotationCatalog.FilesOf(["circo"]), options => options.Overwrite = true);

        Assert.All(outcomes, outcome => Assert.Equal(AnnotationStatus.Downloaded, outcome.Status));
        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Download_CutInTheMiddle_IsContinuedByTheNextRun()
    {
        var cuts = true;
        byte[] table = [.. "pth1,pth2,edit\n"u8, .. Enumerable.Range(0, 100).SelectMany(n => System.Text.Encoding.UTF8.GetBytes($"{n}/1,{n}/2,more\n"))];
        await using var server = MadeAnnotations.Serve((request, _) => ScriptedReply.Honest(request, table) with { CutAfter = !cuts ? null : request.RangeStart is null ? 600 : 0 });

        var first = Assert.Single(await RunAsync(server, "coir"));
        cuts = false;
        var second = Assert.Single(await RunAsync(server, "coir"));

        Assert.Equal((AnnotationStatus.Failed, AnnotationStatus.Downloaded, 100L), (first.Status, second.Status, second.Entries));
        Assert.Equal(600, server.Requests.Last().RangeStart);
        Assert.Equal([second.Path], Directory.EnumerateFiles(Path.GetDirectoryName(second.Path)!));
    }

    [Fact]
    public async Task Download_FromAHostThatCannotBeReached_TriesItOnce()
    {
        var server = MadeAnnotations.Serve();
        await server.DisposeAsync();

        var outcomes = await RunAsync(server, "cirr");

        Assert.Contains("cannot be reached", outcomes[0].Reason, StringComparison.Ordinal);
        Assert.All(outcomes.Skip(1), outcome => Assert.Equal((AnnotationStatus.Failed, "127.0.0.1 could not be reached for an earlier file."), (outcome.Status, outcome.Reason)));
    }

    [Fact]
    public async Task Download_WithAnAddressOfItsOwn_AsksThere()
    {
        await using var server = MadeAnnotations.Serve();
        await using var other = new ScriptedServer(_ => ScriptedReply.Text(200, MadeAnnotations.Of(AnnotationCatalog.All.Single(file => file.Name == "val.json"))));

        var outcomes = await RunAsync(server, AnnotationCatalog.FilesOf(["circo"]), options => options.Addresses["val.json"] = other["my/list"]);

        Assert.All(outcomes, outcome => Assert.Equal(AnnotationStatus.Downloaded, outcome.Status));
        Assert.Equal("my/list", Assert.Single(other.Requests).Path);
        Assert.Equal("datasets/CIRCO/annotations/test.json", Assert.Single(server.Requests).Path);
    }

    private static async Task<TripletDataset> ReadAsync(ITripletDatasetReader reader) => await reader.ReadAsync(DatasetSplit.Test, Cancel);

    private Task<List<AnnotationOutcome>> RunAsync(ScriptedServer server, string set) => RunAsync(server, AnnotationCatalog.FilesOf([set]));

    private async Task<List<AnnotationOutcome>> RunAsync(ScriptedServer server, IEnumerable<AnnotationFile> files, Action<AnnotationDownloadOptions>? configure = null)
    {
        var options = new AnnotationDownloadOptions { Folder = _folder.FullName, BaseAddress = server[""] };
        configure?.Invoke(options);
        return await new AnnotationDownload(options, _downloader).DownloadAsync(files, null, Cancel).ToListAsync(Cancel);
    }
}
