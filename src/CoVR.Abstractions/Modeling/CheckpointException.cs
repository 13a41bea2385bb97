namespace CoVR.Modeling;

/// <summary>A weights file cannot be read, or its tensors are not those of the model.</summary>
public sealed class CheckpointException : CoVRException
{
    /// <summary>Creates the error of a file that cannot be had or read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reason">What is wrong, where, and how to fix it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public CheckpointException(string file, string reason, Exception? innerException = null)
        : base($"{file}: {reason}", innerException) => (File, Reason) = (file, reason);

    /// <summary>Creates the error of a file whose tensors are not those of the model; its message lists every key.</summary>
    /// <param name="file">The file.</param>
    /// <param name="missing">Keys of the model that the file lacks.</param>
    /// <param name="unexpected">Keys of the file that the model does not know.</param>
    /// <param name="misshapen">Keys whose shapes differ, each with what the model expects and what the file holds.</param>
    /// <param name="hint">A sentence that says what the file probably is; may be null.</param>
    public CheckpointException(
        string file,
        IReadOnlyList<string> missing,
        IReadOnlyList<string> unexpected,
        IReadOnlyDictionary<string, string> misshapen,
        string? hint = null)
        : this(file, Describe(missing, unexpected, misshapen, hint)) =>
        (IsMismatch, Missing, Unexpected, Misshapen) = (true, missing, unexpected, misshapen);

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; }

    /// <summary>Whether the file could be read, but its tensors are not those of the model.</summary>
    public bool IsMismatch { get; }

    /// <summary>Keys of the model that the file lacks.</summary>
    public IReadOnlyList<string> Missing { get; } = [];

    /// <summary>Keys of the file that the model does not know.</summary>
    public IReadOnlyList<string> Unexpected { get; } = [];

    /// <summary>Keys whose shapes differ, each with both shapes: <c>expected [256, 1024], found [256, 768]</c>.</summary>
    public IReadOnlyDictionary<string, string> Misshapen { get; } = new Dictionary<string, string>();

    /// <summary>What <see cref="Misshapen"/> says of a tensor.</summary>
    /// <param name="expected">The model's shape.</param>
    /// <param name="found">The file's shape.</param>
    /// <returns>For example <c>expected [256, 1024], found [256, 768]</c>.</returns>
    public static string DescribeShapes(IReadOnlyList<long> expected, IReadOnlyList<long> found) =>
        $"expected [{string.Join(", ", expected)}], found [{string.Join(", ", found)}]";

    private static string Describe(
        IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyDictionary<string, string> misshapen, string? hint)
    {
        var text = new System.Text.StringBuilder("the weights do not fit the model.");
        if (hint is not null)
        {
            text.Append(' ').Append(hint);
        }

        Append("Missing", missing);
        Append("Unexpected", unexpected);
        Append("Misshapen", [.. misshapen.Select(tensor => $"{tensor.Key}: {tensor.Value}")]);
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
