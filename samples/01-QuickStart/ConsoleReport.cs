using System.Diagnostics;
using CoVR;
using Spectre.Console;

namespace QuickStart;

/// <summary>Shows how far each part of the demonstration is: bars on a terminal, plain lines elsewhere.</summary>
internal sealed class ConsoleReport
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    private readonly bool _bars = AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;

    /// <summary>Writes one line.</summary>
    public void Say(string line) => AnsiConsole.Console.Profile.Out.Writer.WriteLine(line);

    /// <summary>Runs one part with progress.</summary>
    public async Task<T> RunAsync<T>(string title, Func<IProgress<Step>, Task<T>> work)
    {
        var clock = Stopwatch.StartNew();
        var result = _bars ? await WithBarAsync(title, work) : await WithLinesAsync(title, work);
        Say($"{title}: done in {clock.Elapsed.TotalSeconds:F1} s");
        return result;
    }

    /// <summary>Passes the progress of a job of the library on.</summary>
    public static IProgress<JobProgress> Job(IProgress<Step> progress, string unit) => new Relay<JobProgress>(job =>
        progress.Report(new Step(job.Done, job.Total ?? 0, $"{unit}{(job.Failed > 0 ? $", {job.Failed} failed" : "")}")));

    private static async Task<T> WithBarAsync<T>(string title, Func<IProgress<Step>, Task<T>> work) => await AnsiConsole.Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(title));
            return await work(new Relay<Step>(step =>
            {
                task.MaxValue = Math.Max(1, step.Total);
                task.Value = step.Done;
                task.Description = Markup.Escape($"{title} {step.Note}");
            }));
        });

    private async Task<T> WithLinesAsync<T>(string title, Func<IProgress<Step>, Task<T>> work)
    {
        var clock = Stopwatch.StartNew();
        var next = TimeSpan.Zero;
        return await work(new Relay<Step>(step =>
        {
            if (clock.Elapsed >= next)
            {
                next = clock.Elapsed + LineEvery;
                Say($"{title}: {step.Done} of {step.Total} {step.Note}");
            }
        }));
    }

    /// <summary>Passes reports on at once and in order, one at a time; <see cref="Progress{T}"/> would queue them.</summary>
    internal sealed class Relay<T>(Action<T> act) : IProgress<T>
    {
        private readonly Lock _lock = new();

        public void Report(T value)
        {
            lock (_lock)
            {
                act(value);
            }
        }
    }
}

/// <summary>How far a part is.</summary>
/// <param name="Done">Finished units.</param>
/// <param name="Total">All units.</param>
/// <param name="Note">What to say beside the numbers.</param>
internal sealed record Step(long Done, long Total, string Note);
