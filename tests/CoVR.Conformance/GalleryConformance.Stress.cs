using Xunit;

namespace CoVR.Conformance;

public abstract partial class GalleryConformance
{
    private const int StressItems = 64;

    /// <summary>How many changes the writer of the stress test makes.</summary>
    /// <value>10,000 by default.</value>
    protected virtual int Changes => 10_000;

    /// <summary>How many tasks search meanwhile.</summary>
    /// <value>16 by default.</value>
    protected virtual int Searchers => 16;

    /// <summary>By how much the managed memory may grow between a fifth of the changes and their end, in bytes.</summary>
    /// <value>8 MiB by default: two fifths of what the written embeddings take, as tests beside this one allocate too.</value>
    protected virtual long ManagedGrowth => 8 << 20;

    [Fact]
    public async Task SearchAsync_WhileAWriterMakesManyChanges_AnswersWhatWasVisible()
    {
        var model = new StressModel(this, Changes);
        await using var gallery = await CreateAsync(model.Fingerprint);
        await SearchWhileWritingAsync(gallery, model, 0, Changes / 5);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await SearchWhileWritingAsync(gallery, model, Changes / 5, Changes);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        for (var attempt = 0; attempt < 100 && growth > ManagedGrowth; attempt++)
        {
            // What tests beside this one hold goes away, what the gallery holds does not.
            await Task.Delay(100, TestContext.Current.CancellationToken);
            growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        }

        Assert.True(growth <= ManagedGrowth, $"{growth >> 10} KiB more memory is held after {Changes - (Changes / 5)} changes of {StressItems} items.");
        Assert.InRange(model.Searches, Changes / 10, int.MaxValue);
    }

    private async Task SearchWhileWritingAsync(IGallery gallery, StressModel model, int from, int to)
    {
        using var done = new CancellationTokenSource();
        var searchers = Enumerable.Range(0, Searchers).Select(seed => Task.Run(async () =>
        {
            do
            {
                await model.SearchAsync(gallery);
            }
            while (!done.IsCancellationRequested);
        })).ToArray();
        try
        {
            for (var change = from; change < to; change++)
            {
                // Searches keep up with the writer, unless one has failed.
                while (model.Searches < change / 10 && !HasFailed())
                {
                    await Task.Yield();
                }

                if (HasFailed())
                {
                    return;
                }

                await model.WriteAsync(gallery, change);
            }
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(searchers);
        }

        bool HasFailed() => Array.Exists(searchers, searcher => searcher.IsCompleted);
    }

    /// <summary>All states of a gallery under repeatable changes; tells which of them an answer can show.</summary>
    private sealed class StressModel
    {
        private const int Absent = -1;
        private const int Top = 5;
        private readonly GalleryConformance _suite;
        private readonly EmbeddingSet _query;
        private readonly Dictionary<(int Item, int Version), float> _scores = [];
        private readonly List<int[]> _states = [[.. Enumerable.Repeat(Absent, StressItems)]];
        private readonly int[][] _changed;
        private int _started;
        private int _finished;
        private int _searches;

        public StressModel(GalleryConformance suite, int changes)
        {
            _suite = suite;
            Fingerprint = suite.Fingerprint with { Dimensions = 256 };
            _query = Embedding(StressItems, 0);
            _changed = new int[changes][];
            var random = new Random(3);
            for (var change = 0; change < changes; change++)
            {
                var items = Enumerable.Range(0, StressItems).ToArray();
                random.Shuffle(items);
                _changed[change] = items[..random.Next(1, 5)];
                int[] next = [.. _states[^1]];
                var removes = random.Next(3) == 0;
                foreach (var item in _changed[change])
                {
                    next[item] = removes ? Absent : change;
                    if (!removes)
                    {
                        _scores[(item, change)] = suite.Score(_query, Embedding(item, change));
                    }
                }

                _states.Add(next);
            }
        }

        public EmbeddingFingerprint Fingerprint { get; }

        public int Searches => Volatile.Read(ref _searches);

        public async Task WriteAsync(IGallery gallery, int change)
        {
            Volatile.Write(ref _started, change + 1);
            if (_states[change + 1][_changed[change][0]] == Absent)
            {
                var expected = _changed[change].Count(item => _states[change][item] != Absent);
                Assert.Equal(expected, await gallery.RemoveAsync([.. _changed[change].Select(Id)], Token));
            }
            else
            {
                await gallery.UpsertAsync([.. _changed[change].Select(item => new GalleryEntry(Id(item), Embedding(item, change)))], Token);
            }

            Volatile.Write(ref _finished, change + 1);
        }

        public async Task SearchAsync(IGallery gallery)
        {
            var first = Volatile.Read(ref _finished);
            var results = await gallery.SearchAsync(
                [new GalleryQuery(_query, new SearchOptions { Top = StressItems }), new GalleryQuery(_query, new SearchOptions { Top = Top })], Token);
            var last = Volatile.Read(ref _started);
            Interlocked.Increment(ref _searches);
            Assert.Equal(results[0].Hits.Take(Top), results[1].Hits);
            Assert.Equal(results[0].Candidates, results[0].Hits.Count);
            Assert.Equal(results[0].Hits.OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id), results[0].Hits);
            Assert.True(Enumerable.Range(first, last - first + 1).Any(state => Shows(results[0].Hits, state)), $"An answer shows none of the states {first} to {last} that were visible meanwhile.");
        }

        private bool Shows(IReadOnlyList<SearchHit> hits, int state) =>
            hits.Count == _states[state].Count(version => version != Absent)
            && hits.All(hit => _states[state][ItemOf(hit.Id)] is var version && version != Absent && MathF.Abs(hit.Score - _scores[(ItemOf(hit.Id), version)]) <= _suite.Tolerance);

        private static int ItemOf(MediaId id) => int.Parse(id.Value.AsSpan(^5..), System.Globalization.CultureInfo.InvariantCulture);

        private EmbeddingSet Embedding(int item, int version) => SampleEmbeddings.Next(new Random((item * 100_003) + version), Fingerprint.Vectors, Fingerprint.Dimensions);
    }
}
