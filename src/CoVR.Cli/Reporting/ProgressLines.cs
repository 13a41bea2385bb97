namespace CoVR.Cli.Reporting;

/// <summary>Chooses which reports become lines: one every few seconds, one after each slow unit, and reminders while nothing is reported.</summary>
/// <param name="clock">The clock.</param>
/// <param name="say">Writes a line.</param>
internal sealed class ProgressLines(TimeProvider clock, Action<string> say)
{
    /// <summary>The silence after which a reminder is due; later ones become rarer.</summary>
    public static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SlowUnit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RarestReminder = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly RateMeter _rate = new(clock);
    private readonly long _start = clock.GetTimestamp();
    private TimeSpan _patience = SilentFor;
    private WorkProgress? _last;
    private long _reported = clock.GetTimestamp();
    private long _advanced = clock.GetTimestamp();
    private long? _said;

    /// <summary>Handles a report.</summary>
    public void Add(WorkProgress at)
    {
        lock (_lock)
        {
            _rate.Add(at.Done);
            var units = at.Done - (_last?.Done ?? 0);
            var wasSlow = at.Unit != WorkProgress.Bytes && units > 0 && clock.GetElapsedTime(_advanced) / units > SlowUnit;
            (_last, _reported, _patience) = (at, clock.GetTimestamp(), SilentFor);
            _advanced = units == 0 ? _advanced : _reported;
            if (wasSlow || _said is not { } said || clock.GetElapsedTime(said) >= LineEvery)
            {
                _said = _reported;
                say(ProgressText.Of(at, _rate.PerSecond, _rate.Remaining(at.Total)));
            }
        }
    }

    /// <summary>Reports after a long silence that the work goes on.</summary>
    public void Remind()
    {
        lock (_lock)
        {
            if (clock.GetElapsedTime(_said is { } said && said > _reported ? said : _reported) < _patience)
            {
                return;
            }

            _said = clock.GetTimestamp();
            _patience = TimeSpan.FromTicks(Math.Min(2 * _patience.Ticks, RarestReminder.Ticks));
            var soFar = $"{ProgressText.Duration(clock.GetElapsedTime(_start))} so far";
            say(_last is null ? soFar : $"{ProgressText.Of(_last, null, null)}, {soFar}");
        }
    }
}
