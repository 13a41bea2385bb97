using CoVR.Cli.Commands.Doctor;
using CoVR.Datasets.Annotations;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Commands.Doctor;

/// <summary>Nothing is found where nothing is wrong.</summary>
[Collection("torch")]
public sealed class DoctorHealthTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Layouts => [.. DoctorBench.Layouts];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task ExamineAsync_OfAHealthySet_FindsNothing(string layout)
    {
        var reader = await DoctorBench.WriteAsync(layout, _folder.FullName);
        var split = DoctorBench.Split(layout);

        var report = await DoctorBench.ExamineAsync(await DoctorBench.EmbedAsync(reader, split, _folder["embeddings"], layout == "webvid-covr" ? 3 : 1));

        Assert.Empty(report.Worse());
        Assert.True(report.IsHealthy);
        var coverage = Assert.Single(report.Coverage);
        var dataset = await reader.ReadAsync(split, DoctorBench.Cancel);
        Assert.True(coverage.IsComplete);
        Assert.Equal((dataset.Triplets.Count, dataset.Candidates.Count), (coverage.Coverage.QueriesScored, coverage.Coverage.CandidatesPresent));
        Assert.Equal(100, coverage.HighestRecall);
        Assert.Empty(coverage.Misses);
        Assert.Empty(report.Repairs.Items);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public async Task ExamineAsync_OfEverySplit_KnowsThemFromTheReader(string layout)
    {
        var reader = await DoctorBench.WriteAsync(layout, _folder.FullName);

        var report = await DoctorBench.ExamineAsync(new DoctorDataset(reader), DoctorLevel.Quick);

        Assert.Empty(report.Worse());
        Assert.Equal(AnnotationInspection.SplitsOf(reader), report.Coverage.Select(coverage => coverage.Split));
        Assert.All(report.Coverage, coverage => Assert.True(coverage.IsComplete));
    }
}
