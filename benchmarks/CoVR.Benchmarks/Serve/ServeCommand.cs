using System.Globalization;

namespace CoVR.Benchmarks.Serve;

/// <summary>
/// Sends a host what many people would: 64 clients search by text, item and upload, page, and look at thumbnails of 100,000 items, while items come and go. Alone first, then all
/// at once: latencies by kind, statuses, memory, and whether a search took more than five times what it takes alone.
/// </summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    private const int Clients = 64;

    /// <summary>Runs it.</summary>
    /// <param name="args">The minutes of load, and the number of items.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var minutes = double.Parse(args.ElementAtOrDefault(0) ?? "10", CultureInfo.InvariantCulture);
        var items = int.Parse(args.ElementAtOrDefault(1) ?? "100000", CultureInfo.InvariantCulture);
        await using var host = await LoadedHost.StartAsync(items);
        var alone = new LoadLog();
        await new LoadClient(host, alone, seed: 0).RunAsync(TimeSpan.FromSeconds(15), CancellationToken.None);
        Console.WriteLine($"{items} items, alone for 15 s");
        alone.Print();

        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var log = new LoadLog();
        var changes = host.ChangeAsync(stop.Token);
        var memory = WatchMemoryAsync(TimeSpan.FromMinutes(minutes / 12), stop.Token);
        await Task.WhenAll(Enumerable.Range(1, Clients).Select(seed => new LoadClient(host, log, seed).RunAsync(TimeSpan.FromMinutes(minutes), CancellationToken.None)));
        Console.WriteLine($"{Clients} clients for {minutes} min, {await changes} changes of the gallery");
        log.Print();
        Console.WriteLine($"working set, MiB, in twelfths of the time: {string.Join(' ', await memory)}");
        foreach (var kind in new[] { "text", "item", "upload" })
        {
            Console.WriteLine($"{kind}: median of the server's time against alone {log.ServerMedian(kind) / alone.ServerMedian(kind):f2}, of all a client waits {log.Median(kind) / alone.Median(kind):f2}");
        }

        return log.HasFaults ? 1 : 0;
    }

    private static async Task<IReadOnlyList<long>> WatchMemoryAsync(TimeSpan every, CancellationToken cancellationToken)
    {
        var sizes = new List<long>();
        using var timer = new PeriodicTimer(every);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                sizes.Add(Environment.WorkingSet >> 20);
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }

        return sizes;
    }
}
