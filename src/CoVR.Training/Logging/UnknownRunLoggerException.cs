namespace CoVR.Training;

/// <summary>A logger was asked for that nobody registered.</summary>
public sealed class UnknownRunLoggerException : CoVRException
{
    internal UnknownRunLoggerException(string name, IReadOnlyList<string> known, string? advice)
        : base($"There is no logger '{name}'. Known: {string.Join(", ", known)}.{(advice is null ? "" : " " + advice)}") => (Name, Known) = (name, known);

    /// <summary>The name that was asked for.</summary>
    public string Name { get; }

    /// <summary>The names that there are.</summary>
    public IReadOnlyList<string> Known { get; }
}
