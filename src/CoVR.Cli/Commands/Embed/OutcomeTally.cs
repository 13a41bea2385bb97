using CoVR.Cli.Hosting;

namespace CoVR.Cli.Commands.Embed;

/// <summary>Counts what became of items and keeps the reasons of failures.</summary>
internal sealed class OutcomeTally
{
    private const int Shown = 20;

    private readonly List<EmbedOutcome> _failures = [];
    private long _embedded;
    private long _there;

    /// <summary>How many have no embedding.</summary>
    public int Failed => _failures.Count;

    /// <summary>Takes an outcome.</summary>
    public void Add(EmbedOutcome outcome)
    {
        switch (outcome.Status)
        {
            case EmbedStatus.Embedded:
                _embedded++;
                break;
            case EmbedStatus.AlreadyThere:
                _there++;
                break;
            default:
                _failures.Add(outcome);
                break;
        }
    }

    /// <summary>Says what came of the job; failures go to standard error, each with its reason.</summary>
    public void Tell(CommandHost host, MediaWork work)
    {
        host.Say(FormattableString.Invariant($"{_embedded:N0} {work.Unit} embedded, {_there:N0} were there already, {Failed:N0} failed"));
        foreach (var failure in _failures.Take(Shown))
        {
            var again = failure.Status == EmbedStatus.FailedBefore ? " (an earlier run; --retry tries again)" : "";
            host.Error.WriteLine($"failed: {failure.Id}: {failure.Failure?.Message}{again}");
        }

        if (Failed > Shown)
        {
            host.Error.WriteLine($"failed: {Failed - Shown} more; all reasons are in {host.Shown(Path.Combine(work.Sink.Folder, "failures*.jsonl"))}");
        }
    }
}
