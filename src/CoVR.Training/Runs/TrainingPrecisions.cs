namespace CoVR.Training;

/// <summary>The names of <see cref="TrainingPrecision"/> as Lightning, and with it the reference's <c>trainer.precision</c>, writes them.</summary>
public static class TrainingPrecisions
{
    private static readonly (string Name, TrainingPrecision Precision)[] Known =
    [
        ("32-true", TrainingPrecision.Float32),
        ("32", TrainingPrecision.Float32),
        ("bf16-mixed", TrainingPrecision.BFloat16Mixed),
        ("16-mixed", TrainingPrecision.Float16Mixed),
    ];

    /// <summary>Reads a name.</summary>
    /// <param name="name"><c>32-true</c> (or <c>32</c>), <c>bf16-mixed</c> or <c>16-mixed</c>.</param>
    /// <returns>The precision.</returns>
    /// <exception cref="ArgumentException">There is no such precision here; lists those that exist.</exception>
    public static TrainingPrecision Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var (known, precision) in Known)
        {
            if (string.Equals(known, name, StringComparison.Ordinal))
            {
                return precision;
            }
        }

        throw new ArgumentException($"There is no precision '{name}'; there are {string.Join(", ", Known.Select(entry => entry.Name).Where(known => known != "32"))}.", nameof(name));
    }

    /// <summary>The name of a precision.</summary>
    /// <param name="precision">The precision.</param>
    /// <returns>For example <c>32-true</c>.</returns>
    public static string NameOf(TrainingPrecision precision) => Known.First(entry => entry.Precision == precision).Name;
}
