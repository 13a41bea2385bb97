using System.Collections.Concurrent;
using CoVR.Retrieval;
using CoVR.TestSupport.Postgres;
using static CoVR.PgVector.Tests.SampleItems;

namespace CoVR.PgVector.Tests;

/// <summary>A server that is killed and restarted during 10,000 changes while 16 clients search.</summary>
public sealed class KilledServerTests
{
    private const int Writers = 4;
    private const int ItemsOfAWriter = 10;
    private const int ChangesOfAWriter = 250;
    private const int Kills = 3;
    private static readonly EmbeddingSet Query = Item(-1);

    private readonly int[] _started = new int[Writers];
    private readonly int[] _confirmed = new int[Writers];
    private readonly ConcurrentBag<GalleryException> _errors = [];
    private int _searches;

    [Fact]
    public async Task SearchAsync_WhileTheServerIsKilledAndWritersGoOn_ShowsEveryConfirmedWriteAndNoHalf()
    {
        await using var server = await PostgresServer.StartAsync(isDurable: true);
        var options = new PostgresGalleryOptions { CreateIfMissing = true, Index = PostgresIndex.None };
        await using var gallery = new PostgresGallery(server.ConnectionString, Fingerprint, options);
        await gallery.CreateAsync(Token);
        using var done = new CancellationTokenSource();
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(gallery, writer)))];
        Task[] searchers = [.. Enumerable.Range(0, 16).Select(_ => Task.Run(() => SearchUntilAsync(gallery, done.Token)))];
        var running = writers.Concat(searchers).ToArray();
        for (var kill = 1; kill <= Kills; kill++)
        {
            // Spread over the changes; a client that failed ends the wait.
            while (_confirmed.Sum() < Writers * ChangesOfAWriter * kill / (Kills + 1) && !searchers.Any(task => task.IsCompleted) && !writers.All(task => task.IsCompleted))
            {
                await Task.Yield();
            }

            await server.KillAsync();
            await server.RestartAsync();
        }

        await Task.WhenAll(writers);
        await done.CancelAsync();
        await Task.WhenAll(running);

        await using var reopened = new PostgresGallery(server.ConnectionString, Fingerprint, options);
        Check((await reopened.SearchAsync(Query, new SearchOptions { Top = 1000 })).Hits, _confirmed, _confirmed);
        Assert.Equal((await reopened.IdsAsync()).Count, await reopened.CountAsync(cancellationToken: Token));
        Assert.InRange(_searches, 100, int.MaxValue);
        Assert.All(_errors, error => Assert.DoesNotContain("Password", error.ToString(), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Each change writes or removes all items of the writer; it is repeated until it is confirmed.</summary>
    private async Task WriteAsync(PostgresGallery gallery, int writer)
    {
        for (var version = 1; version <= ChangesOfAWriter; version++)
        {
            Volatile.Write(ref _started[writer], version);
            while (!await TryAsync(() => ChangeAsync(gallery, writer, version)))
            {
            }

            Volatile.Write(ref _confirmed[writer], version);
        }
    }

    private static async Task ChangeAsync(PostgresGallery gallery, int writer, int version)
    {
        if (IsRemoval(version))
        {
            await gallery.RemoveAsync([.. Enumerable.Range(0, ItemsOfAWriter).Select(item => IdOf(writer, item))], Token);
        }
        else
        {
            await gallery.UpsertAsync([.. Enumerable.Range(0, ItemsOfAWriter).Select(item => new GalleryEntry(IdOf(writer, item), Embedding(writer, version)))], Token);
        }
    }

    private async Task SearchUntilAsync(PostgresGallery gallery, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            int[] from = [.. Enumerable.Range(0, Writers).Select(writer => Volatile.Read(ref _confirmed[writer]))];
            SearchResult? result = null;
            if (await TryAsync(async () => result = await gallery.SearchAsync(Query, new SearchOptions { Top = 1000 })))
            {
                Check(result!.Hits, from, [.. Enumerable.Range(0, Writers).Select(writer => Volatile.Read(ref _started[writer]))]);
                Interlocked.Increment(ref _searches);
            }
        }
    }

    /// <summary>All items of a writer are of one version, no older than what was confirmed before and no newer than what was begun.</summary>
    private static void Check(IReadOnlyList<SearchHit> hits, int[] from, int[] to)
    {
        var scores = hits.ToLookup(hit => hit.Id.Value.Split('/')[0], hit => hit.Score);
        for (var writer = 0; writer < Writers; writer++)
        {
            float[] found = [.. scores[$"{writer}"]];
            var versions = Enumerable.Range(from[writer], to[writer] - from[writer] + 1);
            Assert.True(
                versions.Any(version => IsRemoval(version) ? found.Length == 0 : found.Length == ItemsOfAWriter && found.All(score => score == Similarities.MeanPooled.Score(Query, Embedding(writer, version)))),
                $"Writer {writer}: {found.Length} items are of none of the versions {from[writer]} to {to[writer]}.");
        }
    }

    // Only errors of our own type are expected.
    private async Task<bool> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (GalleryException error)
        {
            _errors.Add(error);
            return false;
        }
    }

    private static bool IsRemoval(int version) => version % 5 == 0;

    private static MediaId IdOf(int writer, int item) => new($"{writer}/{item}");

    private static EmbeddingSet Embedding(int writer, int version) => Item((writer * 100_000) + version);
}
