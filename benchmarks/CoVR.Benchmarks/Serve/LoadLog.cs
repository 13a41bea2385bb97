using System.Collections.Concurrent;

namespace CoVR.Benchmarks.Serve;

/// <summary>Statuses and times of requests by their kind.</summary>
internal sealed class LoadLog
{
    private readonly ConcurrentQueue<(string Kind, int Status, double Time, double? Server)> _notes = new();

    /// <summary>Whether a request failed otherwise than by being refused, or by an item that is being replaced.</summary>
    public bool HasFaults => _notes.Any(note => note.Status is not (200 or 304 or 404 or 503));

    /// <summary>Notes a request.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="status">Its status.</param>
    /// <param name="time">How long the client waited, in milliseconds.</param>
    /// <param name="server">How long the server says that it worked; null if it does not.</param>
    public void Note(string kind, int status, double time, double? server) => _notes.Enqueue((kind, status, time, server));

    public double Median(string kind) => Quantile([.. _notes.Where(note => note.Kind == kind && note.Status == 200).Select(note => note.Time)], 0.5);

    public double ServerMedian(string kind) => Quantile([.. _notes.Where(note => note.Kind == kind && note.Server is not null).Select(note => note.Server!.Value)], 0.5);

    public void Print()
    {
        Console.WriteLine($"{"kind",-10} {"requests",9} {"200",8} {"503",8} {"404",6} {"5xx",5} {"p50 ms",9} {"p99 ms",9} {"max ms",9} {"server p50",11} {"server p99",11}");
        foreach (var kind in _notes.GroupBy(note => note.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            double[] times = [.. kind.Where(note => note.Status == 200).Select(note => note.Time)];
            double[] server = [.. kind.Where(note => note.Server is not null).Select(note => note.Server!.Value)];
            Console.WriteLine($"{kind.Key,-10} {kind.Count(),9} {Count(200),8} {Count(503),8} {Count(404),6} {kind.Count(note => note.Status >= 500 && note.Status != 503),5} {Quantile(times, 0.5),9:f1} {Quantile(times, 0.99),9:f1} {Quantile(times, 1),9:f1} {Quantile(server, 0.5),11:f1} {Quantile(server, 0.99),11:f1}");

            int Count(int status) => kind.Count(note => note.Status == status);
        }
    }

    private static double Quantile(double[] values, double share)
    {
        Array.Sort(values);
        return values.Length == 0 ? double.NaN : values[Math.Min(values.Length - 1, (int)(share * values.Length))];
    }
}
