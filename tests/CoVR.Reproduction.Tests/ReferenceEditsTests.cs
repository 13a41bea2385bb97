using CoVR.Data;
using CoVR.Datasets.Tests.Layouts;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Reproduction.Tests;

public sealed class ReferenceEditsTests
{
    [Fact]
    public async Task ReadAsync_WithEditsAsPublished_RepeatsTheFirstWord()
    {
        using var folder = new TemporaryFolder();
        var options = RuleBasedReaderConformanceTests.RuleBased(TinyLayouts.CcCoIR(folder.FullName));
        options.Edits = ReferenceEdits.Of;
        var dataset = await options.CreateReader().ReadAsync(DatasetSplit.Train, TestContext.Current.CancellationToken);
        Assert.Contains("Replace red with red", dataset.Triplets[0].Alternatives!);
        Assert.DoesNotContain(dataset.Triplets[0].Alternatives!, text => text.Contains("blue", StringComparison.Ordinal));
    }
}
