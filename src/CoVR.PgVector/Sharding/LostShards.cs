namespace CoVR.PgVector.Sharding;

/// <summary>Remembers for a while which servers did not answer, so that not every search waits for them.</summary>
internal sealed class LostShards(TimeProvider clock)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, long> _since = [];

    /// <summary>The shards without those that were lost a moment ago.</summary>
    public IReadOnlyList<Shard> Without(IReadOnlyList<Shard> shards)
    {
        lock (_since)
        {
            return _since.Count == 0 ? shards : [.. shards.Where(shard => shard.Server is null || !_since.TryGetValue(shard.Server, out var since) || clock.GetElapsedTime(since) > Memory)];
        }
    }

    public void Add(Shard shard)
    {
        lock (_since)
        {
            _since[shard.Server!] = clock.GetTimestamp();
        }
    }
}
