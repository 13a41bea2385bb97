using CoVR.Conformance;
using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.Merged;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.Layouts;

public sealed class CirrReaderConformanceTests : TinyReaderConformance
{
    protected override ITripletDatasetReader Create(string folder) => TinyLayouts.Cirr(folder).CreateReader();
}

public sealed class FashionIQReaderConformanceTests : TinyReaderConformance
{
    protected override ITripletDatasetReader Create(string folder) => TinyLayouts.FashionIQ(folder).CreateReader();
}

public sealed class FashionIQAllReaderConformanceTests : TinyReaderConformance
{
    protected override ITripletDatasetReader Create(string folder) => TinyLayouts.FashionIQ(folder, "all").CreateReader();
}

public sealed class CircoReaderConformanceTests : TinyReaderConformance
{
    protected override IReadOnlyList<DatasetSplit> Splits => [DatasetSplit.Validation, DatasetSplit.Test];

    protected override ITripletDatasetReader Create(string folder) => TinyLayouts.Circo(folder).CreateReader();
}

public sealed class CcCoIRReaderConformanceTests : TinyReaderConformance
{
    protected override ITripletDatasetReader Create(string folder) => TinyLayouts.CcCoIR(folder).CreateReader();
}

public sealed class RuleBasedReaderConformanceTests : TinyReaderConformance
{
    protected override ITripletDatasetReader Create(string folder) => RuleBased(TinyLayouts.CcCoIR(folder)).CreateReader();

    public static WebVidCoVROptions RuleBased(WebVidCoVROptions files)
    {
        var options = new WebVidCoVROptions { Name = "webvid-covr-rule-based", Edits = RuleBasedEdits.Of };
        foreach (var split in files.Annotations.Keys)
        {
            options.AddSplit(split, files.Annotations[split], files.MediaFolders[split]);
        }

        return options;
    }
}

public sealed class MergedReaderConformanceTests : TinyReaderConformance
{
    protected override ITripletDatasetReader Create(string folder) => new MergedReader(
        null,
        TinyLayouts.CcCoIR(folder).CreateReader(),
        TinyLayouts.FashionIQ(Path.Combine(folder, "fiq")).CreateReader());
}

/// <summary>What every reader keeps, on a data set that is written for it.</summary>
public abstract class TinyReaderConformance : DatasetReaderConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _folder.Dispose();
    }

    [Fact]
    public async Task Locate_OfEveryItem_NamesAFileThatIsThere()
    {
        var reader = Create();
        foreach (var split in Splits)
        {
            var dataset = await reader.ReadAsync(split, TestContext.Current.CancellationToken);
            Assert.All(
                dataset.Triplets.Select(triplet => triplet.Reference).Concat(dataset.Candidates),
                id => Assert.True(File.Exists(reader.Locate(id).Path), $"{id} is not there"));
        }
    }

    protected sealed override ITripletDatasetReader Create() => Create(_folder.FullName);

    /// <summary>Writes the data set into a folder and makes its reader.</summary>
    protected abstract ITripletDatasetReader Create(string folder);
}
