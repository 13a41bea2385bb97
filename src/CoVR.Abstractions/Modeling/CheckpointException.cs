namespace CoVR.Modeling;

/// <summary>A weights file cannot be read.</summary>
public class CheckpointException : CoVRException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reason">What is wrong, where, and how to mend it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointException(string file, string reason, Exception? innerException = null)
        : base($"{file}: {reason}", innerException) => (File, Reason) = (file, reason);

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }
}

/// <summary>A tensor whose shape in the file is not the model's.</summary>
/// <param name="Key">Its name in the state dict.</param>
/// <param name="Expected">The model's shape.</param>
/// <param name="Found">The file's shape.</param>
public sealed record MisshapenTensor(string Key, IReadOnlyList<long> Expected, IReadOnlyList<long> Found);

/// <summary>The tensors of a weights file are not those of the model.</summary>
public sealed class CheckpointMismatchException : CheckpointException
{
    /// <summary>Creates the error; its message lists every key.</summary>
    /// <param name="file">The file.</param>
    /// <param name="missing">Keys of the model that the file lacks.</param>
    /// <param name="unexpected">Keys of the file that the model does not know.</param>
    /// <param name="misshapen">Keys whose shapes differ.</param>
    /// <param name="hint">A sentence that says what the file probably is; may be null.</param>
    public CheckpointMismatchException(
        string file,
        IReadOnlyList<string> missing,
        IReadOnlyList<string> unexpected,
        IReadOnlyList<MisshapenTensor> misshapen,
        string? hint = null)
        : base(file, Describe(missing, unexpected, misshapen, hint)) =>
        (Missing, Unexpected, Misshapen) = (missing, unexpected, misshapen);

    /// <summary>Keys of the model that the file lacks.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Keys of the file that the model does not know.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Keys whose shapes differ.</summary>
    public IReadOnlyList<MisshapenTensor> Misshapen { get; }

    private static string Describe(
        IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<MisshapenTensor> misshapen, string? hint)
    {
        var text = new System.Text.StringBuilder("the weights do not fit the model.");
        if (hint is not null)
        {
            text.Append(' ').Append(hint);
        }

        Append("Missing", missing);
        Append("Unexpected", unexpected);
        Append("Misshapen", [.. misshapen.Select(m => $"{m.Key}: expected [{string.Join(", ", m.Expected)}], found [{string.Join(", ", m.Found)}]")]);
        return text.ToString();

        void Append(string title, IReadOnlyList<string> lines)
        {
            if (lines.Count > 0)
            {
                text.Append('\n').Append(title).Append(" (").Append(lines.Count).Append("):\n  ").AppendJoin("\n  ", lines);
            }
        }
    }
}
