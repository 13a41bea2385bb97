using CoVR.Data;
using Xunit;

namespace CoVR.Conformance;

/// <summary>What every reader of annotations keeps.</summary>
public abstract class DatasetReaderConformance
{
    /// <summary>Makes a reader of a small, valid data set.</summary>
    protected abstract ITripletDatasetReader Create();

    /// <summary>The splits that this data set has.</summary>
    protected virtual IReadOnlyList<DatasetSplit> Splits => [DatasetSplit.Train, DatasetSplit.Validation, DatasetSplit.Test];

    [Fact]
    public async Task ReadAsync_OfEverySplit_SaysWhichItIs()
    {
        var reader = Create();
        foreach (var split in Splits)
        {
            var dataset = await reader.ReadAsync(split, TestContext.Current.CancellationToken);
            Assert.Equal(split, dataset.Split);
            Assert.Equal(reader.Name, dataset.Name);
            Assert.NotEmpty(dataset.Triplets);
        }
    }

    [Fact]
    public async Task ReadAsync_Identities_AreUnique() => await ForEachAsync(dataset =>
    {
        Assert.Equal(dataset.Triplets.Count, dataset.Triplets.Select(triplet => triplet.Id).Distinct().Count());
        Assert.Equal(dataset.Candidates.Count, dataset.Candidates.Distinct().Count());
    });

    [Fact]
    public async Task ReadAsync_Targets_AreCandidates() => await ForEachAsync(dataset =>
    {
        var candidates = dataset.Candidates.ToHashSet();
        Assert.All(dataset.Triplets, triplet => Assert.True(triplet.Target is not { } target || candidates.Contains(target), $"{triplet.Target} is no candidate."));
    });

    [Fact]
    public async Task ReadAsync_Modifications_AreNotEmpty() =>
        await ForEachAsync(dataset => Assert.All(dataset.Triplets, triplet => Assert.False(string.IsNullOrWhiteSpace(triplet.Modification))));

    [Fact]
    public async Task ReadAsync_Twice_GivesTheSameOrder()
    {
        var (first, second) = (await Create().ReadAsync(Splits[0], TestContext.Current.CancellationToken), await Create().ReadAsync(Splits[0], TestContext.Current.CancellationToken));
        Assert.Equal(first.Triplets.Select(triplet => triplet.Id), second.Triplets.Select(triplet => triplet.Id));
        Assert.Equal(first.Candidates, second.Candidates);
    }

    [Fact]
    public async Task Locate_OfEveryItem_KnowsASource()
    {
        var reader = Create();
        await ForEachAsync(dataset => Assert.All(
            dataset.Triplets.Select(triplet => triplet.Reference).Concat(dataset.Candidates),
            id => Assert.False(string.IsNullOrWhiteSpace(reader.Locate(id).DisplayName))));
    }

    [Fact]
    public async Task ReadAsync_Cancelled_Ends() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Create().ReadAsync(Splits[0], new CancellationToken(true)));

    private async Task ForEachAsync(Action<TripletDataset> check)
    {
        foreach (var split in Splits)
        {
            check(await Create().ReadAsync(split, TestContext.Current.CancellationToken));
        }
    }
}
