using System.Text.Json.Nodes;
using CoVR.Cli.Commands.Doctor;
using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Storage;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Commands.Doctor;

/// <summary>Every faulty entry of an annotation file is found, not only the first, with file, line and field.</summary>
public sealed class DoctorAnnotationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ExamineAsync_OfACsvFile_FindsEveryFaultyRow()
    {
        var options = await DoctorBench.WebVidAsync(_folder.FullName);
        File.AppendAllLines(_folder["test.csv"],
        [
            "1065/0,,a,b,fill it,",                              // 5: no target
            "1065/1,1065/2",                                     // 6: too few fields
            "1065/2,1065/0,a,b,turn,\"[0.1, x]\"",               // 7: scores
            "1065/3,1065/1,a,b,again,",                          // 8: a target that is there already
            "../../etc/passwd,1065/0,a,b,steal,",                // 9: a path
            "1065/0,1065/0,a,b,...,",                            // 10: its own reference, and no text after cleaning
        ]);

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(options.CreateReader()), DoctorLevel.Quick);

        Assert.All(report.Worse(), finding => Assert.Equal(_folder["test.csv"], finding.File));
        Assert.Equal(
            [
                (5L, "pth2", FindingKinds.AnnotationMalformed),
                (6L, null, FindingKinds.AnnotationMalformed),
                (7L, "scores", FindingKinds.AnnotationMalformed),
                (8L, "pth2", FindingKinds.AnnotationDuplicate),
                (9L, "pth1", FindingKinds.AnnotationMalformed),
                (10L, null, FindingKinds.AnnotationContradiction),
                (10L, null, FindingKinds.AnnotationEmptyText),
            ],
            report.Worse().Select(finding => (finding.Line, finding.Field, finding.Kind)).Order());
        Assert.Contains("'x' (entry 2)", report.Worse().First(finding => finding.Field == "scores").Reason, StringComparison.Ordinal);
        Assert.Equal(5, report.Coverage[0].Coverage.Queries);
    }

    [Fact]
    public async Task ExamineAsync_OfCirr_FindsMembersAndTargetsThatTheListLacks()
    {
        var options = TinyLayouts.Cirr(_folder.FullName);
        var names = Entries("cap.rc2.val.json").SelectMany(entry => entry!["img_set"]!["members"]!.AsArray().Select(member => (string)member!)).Distinct().ToList();
        TinyLayouts.Write(_folder["split.rc2.val.json"], names.ToDictionary(name => name, name => $"./dev/{name}.png"));
        options.ImageSplits[DatasetSplit.Validation] = _folder["split.rc2.val.json"];
        Change("cap.rc2.val.json", entries =>
        {
            entries[1]!["target_hard"] = "dev-of-nowhere";
            entries[2]!["img_set"]!["members"]![3] = "dev-of-elsewhere";
            entries[3]!["pairid"] = entries[0]!["pairid"]!.DeepClone();
            entries[4]!["caption"] = null;
        });

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(options.CreateReader()) { Splits = [DatasetSplit.Validation] }, DoctorLevel.Quick);

        Assert.Equal(
            [
                (2L, FindingKinds.AnnotationContradiction, "dev-of-nowhere"),
                (2L, FindingKinds.AnnotationContradiction, "dev-of-nowhere"),
                (2L, FindingKinds.AnnotationUnknownItem, "dev-of-nowhere"),
                (3L, FindingKinds.AnnotationUnknownItem, "dev-of-elsewhere"),
                (4L, FindingKinds.AnnotationDuplicate, (string?)report.Worse().First(finding => finding.Kind == FindingKinds.AnnotationDuplicate).Id),
                (5L, FindingKinds.AnnotationMalformed, null),
            ],
            report.Worse().Where(finding => finding.File == _folder["cap.rc2.val.json"]).Select(finding => (finding.Line!.Value, finding.Kind, finding.Id)).Order());
        Assert.Equal("[4].caption", report.Worse().First(finding => finding.Line == 5).Field);
    }

    [Fact]
    public async Task ExamineAsync_OfFashionIQ_FindsItemsOutsideTheSplit()
    {
        var options = TinyLayouts.FashionIQ(_folder.FullName);
        Change("cap.dress.val.json", entries =>
        {
            entries[0]!["target"] = "B-unknown";
            entries[1]!["candidate"] = "B-nowhere";
            entries[2]!["captions"]![1] = " ";
            entries[3]!["captions"] = new JsonArray("only one");
        });

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(options.CreateReader()) { Splits = [DatasetSplit.Test] }, DoctorLevel.Quick);

        Assert.Equal(
            [
                (1L, FindingKinds.AnnotationUnknownItem, "B-unknown", Severity.Fault),
                (2L, FindingKinds.AnnotationUnknownItem, "B-nowhere", Severity.Fault),
                (3L, FindingKinds.AnnotationEmptyText, null, Severity.Warning),
                (4L, FindingKinds.AnnotationMalformed, null, Severity.Fault),
            ],
            report.Worse().Where(finding => finding.File == _folder["cap.dress.val.json"]).Select(finding => (finding.Line!.Value, finding.Kind, finding.Id, finding.Severity)).Order());
        Assert.Equal(["B-nowhere", "B-unknown"], report.Repairs.Ids("fashioniq-dress", Remedy.Download));
    }

    [Fact]
    public async Task ExamineAsync_OfCirco_FindsPicturesThatCocoDoesNotList()
    {
        var options = TinyLayouts.Circo(_folder.FullName);
        Change(Path.Combine("annotations", "val.json"), entries =>
        {
            entries[0]!["gt_img_ids"]![0] = 424242;
            entries[1]!["reference_img_id"] = 434343;
            entries[2]!["gt_img_ids"] = new JsonArray();
        });

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(options.CreateReader()) { Splits = [DatasetSplit.Validation] }, DoctorLevel.Quick);

        var found = report.Worse().Where(finding => finding.File == _folder["annotations", "val.json"]).Select(finding => (finding.Line!.Value, finding.Kind, finding.Id)).Order().ToArray();
        Assert.Equal(
            [
                (1L, FindingKinds.AnnotationContradiction, "000000000008"),
                (1L, FindingKinds.AnnotationUnknownItem, "000000424242"),
                (2L, FindingKinds.AnnotationUnknownItem, "000000434343"),
                (3L, FindingKinds.AnnotationMalformed, null),
            ],
            found);
    }

    [Theory]
    [InlineData("[{\"pairid\": 1,", 1, "not valid JSON")]
    [InlineData(null, null, "does not exist")]
    public async Task ExamineAsync_OfAFileThatCannotBeRead_SaysSoAndGoesOn(string? content, int? line, string reason)
    {
        var options = TinyLayouts.Cirr(_folder.FullName);
        var file = _folder["cap.rc2.val.json"];
        File.Delete(file);
        if (content is not null)
        {
            File.WriteAllText(file, content);
        }

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(options.CreateReader()), DoctorLevel.Quick);

        var finding = Assert.Single(report.Worse());
        Assert.Equal((FindingKinds.AnnotationMalformed, file, line), (finding.Kind, finding.File, (int?)finding.Line));
        Assert.Contains(reason, finding.Reason, StringComparison.Ordinal);
        Assert.Equal([0, 5, 5], report.Coverage.Select(coverage => coverage.Coverage.Queries).Order());
    }

    private JsonArray Entries(string name) => JsonNode.Parse(File.ReadAllText(_folder[name]))!.AsArray();

    /// <summary>Changes a file's entries and writes one a line.</summary>
    private void Change(string name, Action<JsonArray> change)
    {
        var entries = Entries(name);
        change(entries);
        File.WriteAllText(_folder[name], $"[{string.Join(",\n", entries.Select(entry => entry!.ToJsonString()))}]");
    }
}
