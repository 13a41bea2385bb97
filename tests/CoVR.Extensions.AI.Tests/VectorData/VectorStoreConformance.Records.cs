using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.Tests.VectorData;

public abstract partial class VectorStoreConformance<TKey>
{
    [Fact]
    public async Task Collection_EnsuredAndDeleted_ExistsMeanwhile()
    {
        var collection = Store.GetCollection<TKey, Sample<TKey>>("others");
        Assert.False(await collection.CollectionExistsAsync(Token));
        await collection.EnsureCollectionExistsAsync(Token);
        await collection.EnsureCollectionExistsAsync(Token);
        Assert.True(await collection.CollectionExistsAsync(Token));
        Assert.True(await Store.CollectionExistsAsync("others", Token));
        Assert.Equal(["others", Name], (await ListAsync(Store.ListCollectionNamesAsync(Token))).Order());
        await collection.EnsureCollectionDeletedAsync(Token);
        Assert.False(await collection.CollectionExistsAsync(Token));
        await Store.EnsureCollectionDeletedAsync("others", Token);
        Assert.Equal(5, (await AllAsync()).Count);
    }

    [Fact]
    public async Task EnsureCollectionDeletedAsync_OfTheStore_RemovesItsRecordsAlone()
    {
        var collection = Store.GetCollection<TKey, Sample<TKey>>("others");
        await collection.UpsertAsync(Samples[0], Token);
        await Store.EnsureCollectionDeletedAsync(Name, Token);
        Assert.False(await Collection.CollectionExistsAsync(Token));
        Assert.Empty(await AllAsync());
        AssertSame(Samples[0], await collection.GetAsync(Key(1), cancellationToken: Token), withVector: false);
    }

    [Fact]
    public void GetService_OfMetadata_NamesSystemAndCollection()
    {
        var metadata = Assert.IsType<VectorStoreCollectionMetadata>(Collection.GetService(typeof(VectorStoreCollectionMetadata)));
        Assert.NotEmpty(metadata.VectorStoreSystemName!);
        Assert.Equal(Name, metadata.CollectionName);
        Assert.Equal(metadata.VectorStoreSystemName, Assert.IsType<VectorStoreMetadata>(Store.GetService(typeof(VectorStoreMetadata))).VectorStoreSystemName);
        Assert.Same(Collection, Collection.GetService(Collection.GetType()));
        Assert.Null(Collection.GetService(typeof(string)));
        Assert.Null(Collection.GetService(typeof(VectorStoreCollectionMetadata), "key"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetAsync_ByKeys_ReturnsWhatIsThere(bool withVectors)
    {
        RecordRetrievalOptions options = new() { IncludeVectors = withVectors };
        AssertSame(Samples[0], await Collection.GetAsync(Key(1), options, Token), withVectors);
        var several = await ListAsync(Collection.GetAsync([Key(2), Key(99), Key(5)], options, Token));
        Assert.Equal(2, several.Count);
        AssertSame(Samples[1], several.Single(sample => sample.Number == 2), withVectors);
        AssertSame(Samples[4], several.Single(sample => sample.Number == 5), withVectors);
        Assert.Null(await Collection.GetAsync(Key(99), options, Token));
        Assert.Empty(await ListAsync(Collection.GetAsync(Array.Empty<TKey>(), options, Token)));
    }

    [Fact]
    public async Task Calls_WithNull_NameTheArgument()
    {
        Assert.Equal("keys", (await Assert.ThrowsAsync<ArgumentNullException>(() => ListAsync(Collection.GetAsync((IEnumerable<TKey>)null!, cancellationToken: Token)))).ParamName);
        Assert.Equal("keys", (await Assert.ThrowsAsync<ArgumentNullException>(() => Collection.DeleteAsync((IEnumerable<TKey>)null!, Token))).ParamName);
        Assert.Equal("records", (await Assert.ThrowsAsync<ArgumentNullException>(() => Collection.UpsertAsync((IEnumerable<Sample<TKey>>)null!, Token))).ParamName);
        if (default(TKey) is null)
        {
            await Assert.ThrowsAsync<ArgumentNullException>(() => Collection.GetAsync(default(TKey)!, cancellationToken: Token));
        }
    }

    [Fact]
    public async Task UpsertAsync_OfNewAndKnownRecords_WritesBoth()
    {
        Sample<TKey> changed = new() { Key = Key(1), Text = "changed", Number = 10, Vector = new float[] { 0, 0, 1, 0 } };
        Sample<TKey> added = new() { Key = Key(6), Text = "", Number = int.MinValue, Labels = ["a", ""], At = Noon, Vector = new float[] { 0, 0, 0, 1 } };
        await Collection.UpsertAsync([changed, added], Token);
        AssertSame(changed, await Collection.GetAsync(Key(1), new() { IncludeVectors = true }, Token), withVector: true);
        AssertSame(added, await Collection.GetAsync(Key(6), new() { IncludeVectors = true }, Token), withVector: true);
        await Collection.UpsertAsync([], Token);
        Assert.Equal(6, (await AllAsync()).Count);
        Assert.Equal(10, Assert.Single(await ListAsync(Collection.SearchAsync(changed.Vector, 1, cancellationToken: Token))).Record.Number);
    }

    [Fact]
    public async Task DeleteAsync_OfSomeRecords_RemovesThemAlone()
    {
        await Collection.DeleteAsync(Key(1), Token);
        await Collection.DeleteAsync([Key(2), Key(99)], Token);
        await Collection.DeleteAsync(Array.Empty<TKey>(), Token);
        Assert.Equal([3, 4, 5], (await AllAsync()).Select(sample => sample.Number).Order());
    }

    [Fact]
    public async Task GetAsync_WithOrderSkipAndTop_ReturnsThatPage()
    {
        Assert.Equal([5, 4], await NumbersAsync(sample => sample.Number > 1, 2, new() { OrderBy = order => order.Descending(sample => sample.Number) }));
        Assert.Equal([3, 4], await NumbersAsync(sample => sample.Number > 1, 2, new() { OrderBy = order => order.Ascending(sample => sample.Number), Skip = 1 }));
        Assert.Equal([5, 3, 1, 2], await NumbersAsync(sample => sample.Text != null, 9, new() { OrderBy = order => order.Descending(sample => sample.Text).Descending(sample => sample.Number) }));
        Assert.Equal([5, 1, 3, 2], await NumbersAsync(sample => sample.Text != null, 9, new() { OrderBy = order => order.Descending(sample => sample.Text).Ascending(sample => sample.Number) }));
        AssertSame(Samples[2], Assert.Single(await ListAsync(Collection.GetAsync(sample => sample.Number == 3, 9, new() { IncludeVectors = true }, Token))), withVector: true);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => NumbersAsync(sample => true, 0, new()));

        async Task<IEnumerable<int>> NumbersAsync(System.Linq.Expressions.Expression<Func<Sample<TKey>, bool>> filter, int top, FilteredRecordRetrievalOptions<Sample<TKey>> options) =>
            (await ListAsync(Collection.GetAsync(filter, top, options, Token))).Select(sample => sample.Number);
    }

    [Fact]
    public async Task DynamicCollection_OfADefinition_ReadsAndWritesDictionaries()
    {
        var collection = Store.GetDynamicCollection(Name, new VectorStoreCollectionDefinition
        {
            Properties =
            [
                new VectorStoreKeyProperty("Key", typeof(TKey)) { IsAutoGenerated = false },
                new VectorStoreDataProperty("text", typeof(string)) { IsIndexed = true },
                new VectorStoreDataProperty("Number", typeof(int)) { IsIndexed = true },
                new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>), 4),
            ],
        });
        await collection.UpsertAsync(new Dictionary<string, object?> { ["Key"] = Key(7), ["text"] = "foo", ["Number"] = 7, ["Vector"] = new ReadOnlyMemory<float>([0, 0, 0, 1]) }, Token);
        var read = await collection.GetAsync(Key(7), new() { IncludeVectors = true }, Token);
        Assert.Equal((Key(7), "foo", 7), (read!["Key"], read["text"], read["Number"]));
        Assert.Equal([0, 0, 0, 1], ((ReadOnlyMemory<float>)read["Vector"]!).ToArray());
        Assert.Equal([1, 3, 7], (await ListAsync(collection.GetAsync(record => (string)record["text"]! == "foo", 9, new() { OrderBy = order => order.Ascending(record => record["Number"]) }, Token))).Select(record => record["Number"]));
        var hit = Assert.Single(await ListAsync(collection.SearchAsync(new ReadOnlyMemory<float>([0, 0, 0, 1]), 1, new() { Filter = record => (int)record["Number"]! == 7 }, Token)));
        Assert.Equal(Key(7), hit.Record["Key"]);
        Assert.Equal("foo", (await Collection.GetAsync(Key(7), cancellationToken: Token))!.Text);
        await collection.DeleteAsync(Key(7), Token);
        Assert.Null(await collection.GetAsync(Key(7), cancellationToken: Token));
    }

    [Fact]
    public async Task Record_WithoutDataOrVector_IsReadAndChanged()
    {
        var vectors = Store.GetCollection<TKey, OnlyVector>(Name);
        await vectors.UpsertAsync(new OnlyVector { Key = Key(1), Vector = [0, 0, 0, 1] }, Token);
        var read = await vectors.GetAsync(Key(1), new() { IncludeVectors = true }, Token);
        Assert.Equal([0, 0, 0, 1], read!.Vector!);
        var numbers = Store.GetCollection<TKey, OnlyNumber>(Name);
        await numbers.UpsertAsync(new OnlyNumber { Key = Key(1), Number = 11 }, Token);
        var sample = await Collection.GetAsync(Key(1), new() { IncludeVectors = true }, Token);
        Assert.Equal((11, "foo"), (sample!.Number, sample.Text));
        Assert.Equal([0, 0, 0, 1], sample.Vector.ToArray());
    }

    public sealed class OnlyVector
    {
        [VectorStoreKey(IsAutoGenerated = false)]
        public TKey Key { get; set; } = default!;

        [VectorStoreVector(4)]
        public float[]? Vector { get; set; }
    }

    public sealed class OnlyNumber
    {
        [VectorStoreKey(IsAutoGenerated = false)]
        public TKey Key { get; set; } = default!;

        [VectorStoreData]
        public int Number { get; set; }
    }
}
