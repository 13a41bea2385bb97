namespace CoVR.Cli.Reporting;

/// <summary>Progress as text.</summary>
internal static class ProgressText
{
    private const double Megabyte = 1e6;

    /// <summary>Count, rate, time left and note.</summary>
    public static string Of(WorkProgress step, double? rate, TimeSpan? remaining)
    {
        var bytes = step.Unit == WorkProgress.Bytes;
        List<string> parts = [];

        // As long as nothing is counted, the activity says more.
        if (step is not { Done: 0, Total: null, Note.Length: > 0 })
        {
            parts.Add(bytes ? InMegabytes(step) : Counted(step));
        }

        if (rate is { } perSecond)
        {
            parts.Add(bytes ? FormattableString.Invariant($"{perSecond / Megabyte:F1} MB/s") : Rate(perSecond));
        }

        if (remaining is { } left)
        {
            parts.Add($"{Duration(left)} left");
        }

        if (step.Note.Length > 0)
        {
            parts.Add(step.Note);
        }

        return string.Join(", ", parts);
    }

    /// <summary>A duration as text.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => FormattableString.Invariant($"{time.TotalSeconds:F1} s"),
        { TotalMinutes: < 1 } => FormattableString.Invariant($"{time.TotalSeconds:F0} s"),
        { TotalHours: < 1 } => FormattableString.Invariant($"{time.Minutes}:{time.Seconds:D2} min"),
        _ => FormattableString.Invariant($"{(int)time.TotalHours}:{time.Minutes:D2} h"),
    };

    private static string Counted(WorkProgress step) => step.Total is { } total
        ? FormattableString.Invariant($"{step.Done:N0} of {total:N0} {step.Unit}")
        : FormattableString.Invariant($"{step.Done:N0} {step.Unit}");

    private static string InMegabytes(WorkProgress step) => step.Total is { } total
        ? FormattableString.Invariant($"{step.Done / Megabyte:N1} of {total / Megabyte:N1} MB")
        : FormattableString.Invariant($"{step.Done / Megabyte:N1} MB");

    private static string Rate(double perSecond) => perSecond >= 1
        ? FormattableString.Invariant($"{perSecond:F1}/s")
        : FormattableString.Invariant($"{perSecond * 60:F1}/min");
}
