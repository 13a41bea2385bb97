using CoVR.Data;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.Merged;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.Merged;

public sealed class MergedReaderTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_OfTwo_IsOneAfterTheOther()
    {
        ITripletDatasetReader first = TinyLayouts.CcCoIR(_folder.FullName).CreateReader(), second = TinyLayouts.FashionIQ(_folder["fiq"]).CreateReader();
        var merged = await new MergedReader(null, first, second).ReadAsync(DatasetSplit.Train, Cancel);
        var (a, b) = (await first.ReadAsync(DatasetSplit.Train, Cancel), await second.ReadAsync(DatasetSplit.Train, Cancel));
        Assert.Equal("cc-coir+fashioniq-dress", merged.Name);
        Assert.Equal(a.Triplets.Select(triplet => "cc-coir/" + triplet.Id).Concat(b.Triplets.Select(triplet => "fashioniq-dress/" + triplet.Id)), merged.Triplets.Select(triplet => triplet.Id));
        Assert.Equal(a.Candidates.Concat(b.Candidates), merged.Candidates);
    }

    [Fact]
    public async Task ReadAsync_OfDifferentMediaWithOneIdentity_IsRefused()
    {
        ITripletDatasetReader Reader(string folder, string name)
        {
            var options = TinyLayouts.FashionIQ(_folder[folder]);
            options.Name = name;
            return options.CreateReader();
        }

        var error = await Assert.ThrowsAsync<DatasetFormatException>(() => new MergedReader("both", Reader("a", "one"), Reader("b", "two")).ReadAsync(DatasetSplit.Train, Cancel).AsTask());
        Assert.Contains("in one and", error.Message, StringComparison.Ordinal);
        Assert.Equal(8, (await new MergedReader("both", Reader("a", "one"), Reader("a", "two")).ReadAsync(DatasetSplit.Train, Cancel)).Triplets.Count);
    }

    [Fact]
    public void Constructor_WithoutDifferentNames_IsRefused()
    {
        var reader = TinyLayouts.FashionIQ(_folder.FullName).CreateReader();
        Assert.Throws<ArgumentException>(() => new MergedReader("none"));
        Assert.Throws<ArgumentException>(() => new MergedReader("twice", reader, reader));
    }
}
