using Xunit;

namespace CoVR.Conformance;

public abstract partial class GalleryConformance
{
    /// <summary>How many pairs the test of half-seen upserts writes.</summary>
    /// <value>200 by default.</value>
    protected virtual int Pairs => 200;

    [Fact]
    public async Task SearchAsync_FromSeveralThreads_AnswersAsAlone()
    {
        await using var gallery = await FilledAsync(Numbered(300));
        var queries = Enumerable.Range(1000, 16).Select(seed => new GalleryQuery(Item(seed), new SearchOptions { Top = 5 + (seed % 3) })).ToArray();
        List<IReadOnlyList<SearchHit>> alone = [];
        foreach (var query in queries)
        {
            alone.Add((await gallery.SearchAsync([query], Token))[0].Hits);
        }

        for (var round = 0; round < 10; round++)
        {
            var together = await Task.WhenAll(queries.Select(query => Task.Run(async () => (await gallery.SearchAsync([query], Token))[0].Hits)));
            Assert.Equal(alone, together);
        }
    }

    [Fact]
    public async Task UpsertAsync_FromSeveralThreads_LosesNothing()
    {
        await using var gallery = await FilledAsync(Numbered(64));
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            await gallery.UpsertAsync([new GalleryEntry(Id(100 + i), Item(100 + i))], Token);
            Assert.Equal(1, await gallery.RemoveAsync([Id(i)], Token));
        })));
        Assert.Equal(Enumerable.Range(100, 64).Select(Id), (await IdsAsync(gallery)).Order());
        for (var i = 100; i < 164; i++)
        {
            AssertSame(Item(i), await gallery.ReadAsync(Id(i), Token));
        }
    }

    [Fact]
    public async Task EveryWrite_IsSeenByWhatStartsAfterIt()
    {
        await using var gallery = await CreateAsync(Fingerprint);
        for (var i = 0; i < 50; i++)
        {
            await gallery.UpsertAsync([new GalleryEntry(Id(0), Item(i)), new GalleryEntry(Id(i + 1), Item(i))], Token);
            var hits = (await SearchAsync(gallery, Item(-1), new SearchOptions { Top = 2, Exclude = Enumerable.Range(1, i).Select(Id).ToHashSet() })).Hits;
            Assert.Equal([Id(0), Id(i + 1)], hits.Select(hit => hit.Id));
            Assert.All(hits, hit => AssertNear(Score(Item(-1), Item(i)), hit.Score));
            AssertSame(Item(i), await gallery.ReadAsync(Id(0), Token));
            Assert.Equal(1, await gallery.RemoveAsync([Id(0)], Token));
            Assert.DoesNotContain(Id(0), (await SearchAsync(gallery, Item(-1), new SearchOptions { Top = 100 })).Hits.Select(hit => hit.Id));
            Assert.Equal(i + 1, await gallery.CountAsync(cancellationToken: Token));
        }
    }

    [Fact]
    public async Task Readers_WhilePairsAreWritten_SeeBothOrNeither()
    {
        await using var gallery = await FilledAsync([new GalleryEntry(Id(0), Item(0)), new GalleryEntry(Id(1), Item(0))]);
        using var done = new CancellationTokenSource();
        var reads = 0;
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(async () =>
        {
            do
            {
                await AssertPairsAsync(gallery, reader);
                Interlocked.Increment(ref reads);
            }
            while (!done.IsCancellationRequested);
        })).ToArray();
        try
        {
            for (var version = 1; version <= Pairs; version++)
            {
                // Readers keep up with the writer, unless one has failed.
                while (Volatile.Read(ref reads) < version && !Array.Exists(readers, reader => reader.IsCompleted))
                {
                    await Task.Yield();
                }

                await gallery.UpsertAsync([new GalleryEntry(Id(0), Item(version)), new GalleryEntry(Id(1), Item(version))], Token);
                if (version % 3 == 0)
                {
                    await gallery.RemoveAsync([Id(0), Id(1)], Token);
                }
            }
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(readers);
        }
    }

    private async Task AssertPairsAsync(IGallery gallery, int reader)
    {
        switch (reader)
        {
            case 0:
                Assert.Contains((await IdsAsync(gallery)).Count, new[] { 0, 2 });
                break;
            case 1:
                Assert.Contains(await gallery.CountAsync(cancellationToken: Token), new long[] { 0, 2 });
                break;
            default:
                var hits = (await SearchAsync(gallery, Item(-1), SearchOptions.Default)).Hits;
                Assert.True(hits is [] || (hits.Count == 2 && hits[0].Score == hits[1].Score), $"Half of an upsert was seen: {string.Join(", ", hits)}.");
                break;
        }
    }
}
