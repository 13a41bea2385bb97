using CoVR.Data;
using CoVR.Datasets.Tests.Layouts;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.WebVidCoVR;

public sealed class RuleBasedDatasetTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_RuleBased_FillsATemplateWithBothWords()
    {
        var dataset = await ReadAsync();
        Assert.Equal(5, dataset.Triplets.Count);
        Assert.Contains("Replace red with blue", dataset.Triplets[0].Alternatives!);
        Assert.Equal(9, dataset.Triplets[0].Alternatives!.Count);
        Assert.All(dataset.Triplets, triplet => Assert.Contains(triplet.Modification, triplet.Alternatives!));
        Assert.Equal(dataset.Triplets.Select(triplet => triplet.Modification), (await ReadAsync()).Triplets.Select(triplet => triplet.Modification));
    }

    [Fact]
    public async Task ReadAsync_OfCaptionsThatDoNotDiffer_LeavesTheRowOut()
    {
        var options = RuleBasedReaderConformanceTests.RuleBased(TinyLayouts.CcCoIR(_folder.FullName));
        var file = options.Annotations[DatasetSplit.Train];
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Cancel)).Replace("a red circle,a blue circle", "A circle.,a circle now", StringComparison.Ordinal), Cancel);
        var dataset = await options.CreateReader().ReadAsync(DatasetSplit.Train, Cancel);
        Assert.Equal(["1", "2", "3", "4"], dataset.Triplets.Select(triplet => triplet.Id));
    }

    [Fact]
    public async Task ReadAsync_WithoutCaptions_NamesTheColumn()
    {
        var options = RuleBasedReaderConformanceTests.RuleBased(TinyLayouts.CcCoIR(_folder.FullName));
        await File.WriteAllTextAsync(options.Annotations[DatasetSplit.Train], "pth1,pth2,edit\na,b,c\n", Cancel);
        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => options.CreateReader().ReadAsync(DatasetSplit.Train, Cancel).AsTask());
        Assert.Equal("txt1", error.Field);
    }

    private async Task<TripletDataset> ReadAsync() =>
        await RuleBasedReaderConformanceTests.RuleBased(TinyLayouts.CcCoIR(_folder.FullName)).CreateReader().ReadAsync(DatasetSplit.Train, Cancel);
}
