using Xunit;

namespace CoVR.Conformance;

/// <summary>What every gallery keeps: each sentence of <see cref="IGallery"/> as a test.</summary>
/// <remarks>
/// Tensors of the process are counted: put the derived class into the xunit collection of all tests that use torch. Galleries that are not exact skip
/// the tests of ranks; those that cannot filter must refuse filters.
/// </remarks>
public abstract partial class GalleryConformance : EmbeddingSourceConformance
{
    /// <summary>Makes an empty gallery.</summary>
    /// <param name="fingerprint">What makes its embeddings.</param>
    /// <returns>A gallery that shares nothing with those made before; the test disposes it.</returns>
    protected abstract ValueTask<IGallery> CreateAsync(EmbeddingFingerprint fingerprint);

    /// <summary>The score that the gallery must give: its similarity, after its pooling of frames.</summary>
    /// <param name="query">[1, Q, D].</param>
    /// <param name="item">[F, Q, D].</param>
    protected abstract float Score(EmbeddingSet query, EmbeddingSet item);

    /// <summary>By how much scores may differ from <see cref="Score"/>.</summary>
    /// <value>0 by default; galleries whose storage computes scores allow for another order of summation.</value>
    protected virtual float Tolerance => 0;

    /// <summary>Whether <see cref="ReopenAsync"/> works: the gallery outlives its object.</summary>
    protected virtual bool CanReopen => false;

    /// <summary>Opens the storage of the gallery that <see cref="CreateAsync"/> made last and that was disposed since.</summary>
    /// <param name="fingerprint">What makes the embeddings now.</param>
    /// <returns>The gallery; the test disposes it.</returns>
    protected virtual ValueTask<IGallery> ReopenAsync(EmbeddingFingerprint fingerprint) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected sealed override async ValueTask<IEmbeddingSource> CreateSourceAsync(IReadOnlyDictionary<MediaId, EmbeddingSet> items) =>
        await FilledAsync([.. items.Select(item => new GalleryEntry(item.Key, item.Value))]);

    [Theory]
    [InlineData("plain")]
    [InlineData("1065/1012345")]
    [InlineData("../..")]
    [InlineData(@"C:\photos\a.jpg")]
    [InlineData("été 猫 🐈")]
    [InlineData("e\u0301te\u0301")]
    [InlineData("it's \"quoted\"; drop table items --")]
    [InlineData("100%_[a-z]*?")]
    [InlineData(" spaces\tand\nlines ")]
    [InlineData("{\"json\": null}")]
    [InlineData("long")]
    public async Task AnyIdentity_IsWrittenFoundAndRemoved(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var id = new MediaId(text == "long" ? new string('x', 1000) + "/猫猫猫猫" : text);
        await using var gallery = await FilledAsync([new GalleryEntry(new MediaId("other"), Item(1))]);
        await gallery.UpsertAsync([new GalleryEntry(id, Item(2))], Token);
        AssertSame(Item(2), Assert.Single(await gallery.GetAsync([id], Token)).Embedding);
        Assert.Contains(id, await IdsAsync(gallery));
        Assert.Contains(id, (await SearchAsync(gallery, Item(2), new SearchOptions { Top = 2 })).Hits.Select(hit => hit.Id));
        Assert.DoesNotContain(id, (await SearchAsync(gallery, Item(2), new SearchOptions { Exclude = new HashSet<MediaId> { id } })).Hits.Select(hit => hit.Id));
        Assert.Equal(1, await gallery.RemoveAsync([id], Token));
        Assert.Equal([new MediaId("other")], await IdsAsync(gallery));
    }

    [Fact]
    public async Task UpsertAsync_OfIdentitiesThatDifferInCaseOrForm_KeepsThemApart()
    {
        string[] ids = ["a", "A", "\u00e9", "e\u0301", "a/", "a ", "1", "01"];
        await using var gallery = await FilledAsync([.. ids.Select((id, i) => new GalleryEntry(new MediaId(id), Item(i)))]);
        Assert.Equal(ids.Length, await gallery.CountAsync(cancellationToken: Token));
        var read = await gallery.GetAsync([.. ids.Select(id => new MediaId(id))], Token);
        Assert.All(read.Select((entry, i) => (entry, i)), pair => AssertSame(Item(pair.i), pair.entry.Embedding));
    }

    [Fact]
    public async Task UpsertAsync_OfAKnownIdentity_ReplacesAllOfTheEntry()
    {
        var old = Full("a", 1, frames: 3);
        var replacement = Full("a", 2, frames: 2) with { Properties = new GalleryProperties { Owner = "somebody else" } };
        await using var gallery = await FilledAsync([old, new GalleryEntry(new MediaId("b"), Item(1))]);
        await gallery.UpsertAsync([replacement], Token);
        Assert.Equal(2, await gallery.CountAsync(cancellationToken: Token));
        AssertSame(replacement, Assert.Single(await gallery.GetAsync([old.Id], Token)));
        var hits = (await SearchAsync(gallery, Item(1), new SearchOptions { Top = 5 })).Hits;
        Assert.Equal(2, hits.Count);
        AssertNear(Score(Item(1), replacement.Embedding), hits.Single(hit => hit.Id == old.Id).Score);
    }

    [Fact]
    public async Task GetAsync_OfSeveral_ReturnsWhatIsThereInTheOrderAskedFor()
    {
        GalleryEntry[] entries = [Full("a", 1, 1), Full("b", 2, 2), new(new MediaId("c"), Item(3))];
        await using var gallery = await FilledAsync(entries);
        var read = await gallery.GetAsync([entries[2].Id, new MediaId("nobody"), entries[0].Id, entries[1].Id], Token);
        Assert.Equal(["c", "a", "b"], read.Select(entry => entry.Id.Value));
        Assert.All(read, entry => AssertSame(entries.Single(original => original.Id == entry.Id), entry));
    }

    [Fact]
    public async Task RemoveAsync_OfSome_CountsThemAndHidesThemEverywhere()
    {
        await using var gallery = await FilledAsync(Numbered(6));
        Assert.Equal(3, await gallery.RemoveAsync([Id(1), Id(3), Id(5), new MediaId("nobody")], Token));
        Assert.Equal(0, await gallery.RemoveAsync([Id(1), Id(3), Id(5)], Token));
        Assert.Equal([Id(0), Id(2), Id(4)], (await IdsAsync(gallery)).Order());
        Assert.Equal([Id(0), Id(2), Id(4)], (await SearchAsync(gallery, Item(1), new SearchOptions { Top = 9 })).Hits.Select(hit => hit.Id).Order());
        Assert.Equal(3, await gallery.CountAsync(cancellationToken: Token));
        Assert.Equal([Id(4)], (await gallery.GetAsync([Id(5), Id(4)], Token)).Select(entry => entry.Id));
        Assert.Null(await gallery.ReadAsync(Id(3), Token));
        Assert.False(await gallery.ContainsAsync(Id(3), Token));
    }

    [Fact]
    public async Task UpsertAsync_OfARemovedItem_BringsItBack()
    {
        await using var gallery = await FilledAsync(Numbered(3));
        await gallery.RemoveAsync([Id(1)], Token);
        await gallery.UpsertAsync([new GalleryEntry(Id(1), Item(50))], Token);
        AssertSame(Item(50), await gallery.ReadAsync(Id(1), Token));
        Assert.Equal(3, (await SearchAsync(gallery, Item(1), SearchOptions.Default)).Hits.Count);
    }

    [Fact]
    public async Task EmptyGallery_AnswersWithNothing()
    {
        await using var gallery = await CreateAsync(Fingerprint);
        await gallery.UpsertAsync([], Token);
        Assert.Equal(0, await gallery.RemoveAsync([], Token));
        Assert.Empty(await IdsAsync(gallery));
        Assert.Empty(await gallery.GetAsync([Id(1)], Token));
        Assert.Empty(await gallery.GetFailuresAsync(Token));
        Assert.Empty(await gallery.SearchAsync([], Token));
        var result = await SearchAsync(gallery, Item(1), SearchOptions.Default);
        Assert.Equal((0, 0L), (result.Hits.Count, result.Candidates));
    }

    [Theory]
    [InlineData("vectors")]
    [InlineData("dimensions")]
    [InlineData("not a number")]
    [InlineData("infinite")]
    [InlineData("frame times")]
    [InlineData("twice")]
    public async Task UpsertAsync_OfABatchWithAnEntryThatDoesNotFit_WritesNothing(string fault)
    {
        await using var gallery = await FilledAsync([new GalleryEntry(Id(0), Item(0))]);
        GalleryEntry[] batch = [new(Id(0), Item(7)), new(Id(1), Item(1)), Faulty(fault), new(Id(3), Item(3))];
        var error = await Assert.ThrowsAsync<GalleryException>(async () => await gallery.UpsertAsync(batch, Token));
        Assert.Equal(batch[2].Id, error.Id);
        Assert.Equal([Id(0)], await IdsAsync(gallery));
        AssertSame(Item(0), await gallery.ReadAsync(Id(0), Token));
        AssertNear(Score(Item(7), Item(0)), Assert.Single((await SearchAsync(gallery, Item(7), SearchOptions.Default)).Hits).Score);
    }

    [Fact]
    public async Task GetInfoAsync_TellsTheFingerprint()
    {
        await using var gallery = await CreateAsync(Fingerprint);
        var info = await gallery.GetInfoAsync(Token);
        Assert.Equal(Fingerprint, info.Fingerprint);
        Assert.NotEmpty(info.Name);
        Assert.NotEmpty(info.Similarity);
    }

    private GalleryEntry Faulty(string fault)
    {
        var values = Item(2).Values.ToArray();
        values[^1] = fault == "not a number" ? float.NaN : fault == "infinite" ? float.NegativeInfinity : values[^1];
        return fault switch
        {
            "vectors" => new(Id(2), SampleEmbeddings.Next(new Random(1), Vectors + 1, Dimensions)),
            "dimensions" => new(Id(2), SampleEmbeddings.Next(new Random(1), Vectors, Dimensions + 1)),
            "frame times" => new(Id(2), Item(2)) { FrameTimes = [TimeSpan.Zero, TimeSpan.FromSeconds(1)] },
            "twice" => new(Id(1), Item(2)),
            _ => new(Id(2), new EmbeddingSet(values, Vectors, Dimensions)),
        };
    }
}
