using Xunit;

namespace CoVR.Conformance;

public abstract partial class GalleryConformance
{
    [Fact]
    public async Task GetFailuresAsync_ReturnsTheLastFailureOfEachItem()
    {
        await using var gallery = await CreateAsync(Fingerprint);
        var last = new EmbeddingFailure(Id(1), "it's \"cut off\"\n at 猫", MediaFailure.NotFound, Noon.AddHours(1)) { Size = 5_000_000_000, Modified = Noon };
        var other = new EmbeddingFailure(new MediaId("100%/'é'"), "unknown", null, Noon);
        await gallery.RecordFailuresAsync([new EmbeddingFailure(Id(1), "before", MediaFailure.DecoderMissing, Noon), other], Token);
        await gallery.RecordFailuresAsync([last], Token);
        Assert.Equal([last, other], (await gallery.GetFailuresAsync(Token)).OrderByDescending(failure => failure.Key).Select(failure => failure.Value));
        Assert.Equal(0, await gallery.CountAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task GetFailuresAsync_AfterUpsertOrRemoval_ForgetsTheItem()
    {
        await using var gallery = await CreateAsync(Fingerprint);
        await gallery.RecordFailuresAsync([.. Enumerable.Range(0, 3).Select(Failure)], Token);
        await gallery.UpsertAsync([new GalleryEntry(Id(0), Item(0))], Token);
        Assert.Equal(0, await gallery.RemoveAsync([Id(1)], Token));
        Assert.Equal([Id(2)], (await gallery.GetFailuresAsync(Token)).Keys);
        await gallery.RemoveAsync([Id(0)], Token);
        Assert.Equal([Id(2)], (await gallery.GetFailuresAsync(Token)).Keys);
    }

    [Fact]
    public async Task GetFailuresAsync_OfAnItemThatIsThere_LeavesItOut()
    {
        await using var gallery = await FilledAsync(Numbered(1));
        await gallery.RecordFailuresAsync([Failure(0), Failure(1)], Token);
        Assert.Equal([Id(1)], (await gallery.GetFailuresAsync(Token)).Keys);
        AssertSame(Item(0), await gallery.ReadAsync(Id(0), Token));
    }

    [Fact]
    public async Task EveryCall_WithACancelledToken_StopsAndChangesNothing()
    {
        await using var gallery = await FilledAsync(Numbered(2));
        await gallery.RecordFailuresAsync([Failure(7)], Token);
        foreach (var call in Calls(gallery, new CancellationToken(true)))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
        }

        Assert.Equal([Id(0), Id(1)], (await IdsAsync(gallery)).Order());
        AssertSame(Item(0), await gallery.ReadAsync(Id(0), Token));
        Assert.Equal([Id(7)], (await gallery.GetFailuresAsync(Token)).Keys);
    }

    [Fact]
    public async Task ListAsync_CancelledBetweenItems_Stops()
    {
        await using var gallery = await FilledAsync(Numbered(500));
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in gallery.ListAsync(cancellationToken: source.Token))
            {
                seen++;
                await source.CancelAsync();
            }
        });
        Assert.InRange(seen, 1, 499);
    }

    [Fact]
    public async Task EveryCall_AfterDisposal_Throws()
    {
        var gallery = await FilledAsync(Numbered(2));
        await gallery.DisposeAsync();
        await gallery.DisposeAsync();
        foreach (var call in Calls(gallery, Token))
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(call);
        }
    }

    [Fact]
    public async Task ReopenAsync_AfterChanges_HasTheLastState()
    {
        Assert.SkipUnless(CanReopen, "This gallery ends with its object.");
        GalleryEntry[] entries = [Full("a", 1, 1), Full("b", 2, 3), Full("c", 3, 2)];
        await using (var gallery = await FilledAsync(entries))
        {
            await gallery.UpsertAsync([entries[0] = Full("a", 4, 2)], Token);
            await gallery.RemoveAsync([entries[2].Id], Token);
            await gallery.RecordFailuresAsync([Failure(1), Failure(2)], Token);
            await gallery.RemoveAsync([Id(2)], Token);
        }

        await using var reopened = await ReopenAsync(Fingerprint);
        var read = await reopened.GetAsync([.. entries.Select(entry => entry.Id)], Token);
        Assert.Equal(2, read.Count);
        Assert.All(entries.Zip(read), pair => AssertSame(pair.First, pair.Second));
        Assert.Equal(2, (await SearchAsync(reopened, Item(1), SearchOptions.Default)).Hits.Count);
        Assert.Equal([Failure(1)], (await reopened.GetFailuresAsync(Token)).Values);
        await reopened.UpsertAsync([new GalleryEntry(Id(1), Item(1))], Token);
        Assert.Empty(await reopened.GetFailuresAsync(Token));
    }

    [Fact]
    public async Task ReopenAsync_WithAnotherFingerprint_IsRefusedAndHarmsNothing()
    {
        Assert.SkipUnless(CanReopen, "This gallery ends with its object.");
        await using (await FilledAsync(Numbered(3)))
        {
        }

        foreach (var other in new[] { Fingerprint with { WeightsSha256 = new string('b', 64) }, Fingerprint with { Preprocessing = "8 pixels" }, Fingerprint with { Model = "other" } })
        {
            await Assert.ThrowsAsync<GalleryException>(async () =>
            {
                await using var gallery = await ReopenAsync(other);
                await gallery.GetInfoAsync(Token);
            });
        }

        await using var reopened = await ReopenAsync(Fingerprint);
        Assert.Equal(3, await reopened.CountAsync(cancellationToken: Token));
    }

    private static EmbeddingFailure Failure(int n) => new(Id(n), $"reason {n}", MediaFailure.NotFound, Noon);

    private IEnumerable<Func<Task>> Calls(IGallery gallery, CancellationToken token) =>
    [
        async () => await gallery.GetInfoAsync(token),
        async () => await gallery.GetFingerprintAsync(token),
        async () => await gallery.UpsertAsync([new GalleryEntry(Id(0), Item(9)), new GalleryEntry(Id(5), Item(9))], token),
        async () => await gallery.RemoveAsync([Id(0)], token),
        async () => await gallery.GetAsync([Id(0)], token),
        async () => await gallery.ReadAsync(Id(0), token),
        async () => await gallery.ContainsAsync(Id(0), token),
        async () => await gallery.ListAsync(cancellationToken: token).GetAsyncEnumerator(token).MoveNextAsync(),
        async () => await gallery.CountAsync(cancellationToken: token),
        async () => await gallery.SearchAsync([new GalleryQuery(Item(1), SearchOptions.Default)], token),
        async () => await gallery.RecordFailuresAsync([Failure(8)], token),
        async () => await gallery.GetFailuresAsync(token),
    ];
}
