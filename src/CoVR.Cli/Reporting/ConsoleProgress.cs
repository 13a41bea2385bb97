using Spectre.Console;

namespace CoVR.Cli.Reporting;

/// <summary>Shows progress: a bar on a terminal, a line every few seconds elsewhere; both with rate and time left.</summary>
/// <param name="console">Standard output.</param>
/// <param name="bars">Whether it is a terminal that can show bars.</param>
/// <param name="clock">The clock.</param>
internal sealed class ConsoleProgress(IAnsiConsole console, bool bars, TimeProvider clock)
{
    private bool _live;

    /// <summary>Writes one line, above a bar if there is one.</summary>
    public void Say(string line)
    {
        if (_live)
        {
            console.WriteLine(line);
        }
        else
        {
            console.Profile.Out.Writer.WriteLine(line);
        }
    }

    /// <summary>Runs work with progress, and reports how long it took.</summary>
    /// <param name="title">The activity, such as "Embedding videos".</param>
    /// <param name="work">The work; it reports steps.</param>
    public async Task<T> RunAsync<T>(string title, Func<IProgress<WorkProgress>, Task<T>> work)
    {
        var start = clock.GetTimestamp();
        var result = bars ? await WithBarAsync(title, work) : await WithLinesAsync(title, work);
        Say($"{title}: done in {ProgressText.Duration(clock.GetElapsedTime(start))}");
        return result;
    }

    /// <summary>Runs work without a result.</summary>
    public Task RunAsync(string title, Func<IProgress<WorkProgress>, Task> work) => RunAsync(title, async progress =>
    {
        await work(progress);
        return true;
    });

    private async Task<T> WithBarAsync<T>(string title, Func<IProgress<WorkProgress>, Task<T>> work)
    {
        _live = true;
        try
        {
            return await console.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
                .StartAsync(context => work(Bar(title, context.AddTask(Markup.Escape(title)))));
        }
        finally
        {
            _live = false;
        }
    }

    private ImmediateProgress<WorkProgress> Bar(string title, ProgressTask task)
    {
        var rate = new RateMeter(clock);
        return new ImmediateProgress<WorkProgress>(step =>
        {
            rate.Add(step.Done);
            task.IsIndeterminate = step.Total is null;
            task.MaxValue = Math.Max(1, step.Total ?? 1);
            task.Value = step.Total is null ? 0 : step.Done;
            task.Description = Markup.Escape($"{title}: {ProgressText.Of(step, rate.PerSecond, rate.Remaining(step.Total))}");
        });
    }

    private async Task<T> WithLinesAsync<T>(string title, Func<IProgress<WorkProgress>, Task<T>> work)
    {
        var lines = new ProgressLines(clock, text => Say($"{title}: {text}"));
        await using var timer = clock.CreateTimer(_ => lines.Remind(), null, ProgressLines.SilentFor, ProgressLines.SilentFor);
        return await work(new ImmediateProgress<WorkProgress>(lines.Add));
    }
}
