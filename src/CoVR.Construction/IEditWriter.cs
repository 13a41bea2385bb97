namespace CoVR.Construction;

/// <summary>Writes the modification texts that lead from one caption to another.</summary>
/// <remarks>Called from several threads, up to <see cref="EditOptions.Concurrency"/> at a time.</remarks>
public interface IEditWriter
{
    /// <summary>Names the writer and all that its texts depend on: when it changes, they are written again.</summary>
    string Fingerprint { get; }

    /// <summary>Says what requests would cost, for <see cref="ConstructionPipeline.PlanAsync"/>.</summary>
    /// <param name="requests">How many there are.</param>
    /// <returns>One line; null if they cost nothing.</returns>
    string? Estimate(long requests) => null;

    /// <summary>What was spent so far, shown with the progress, such as <c>12,000 tokens</c>; null if texts cost nothing.</summary>
    string? Spent => null;

    /// <summary>Writes texts for one direction of a caption pair, whatever media show it.</summary>
    /// <param name="request">Both captions.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Texts, the best first; none with a <see cref="EditAnswer.Fault"/> if the pair shall be dropped.</returns>
    /// <exception cref="ConstructionException">The writer cannot go on: the stage stops and can be resumed.</exception>
    ValueTask<EditAnswer> WriteAsync(EditRequest request, CancellationToken cancellationToken = default);
}

/// <summary>A change to be put into words.</summary>
/// <param name="Reference">The caption of the reference, in lower case and without punctuation.</param>
/// <param name="Target">The caption of the target.</param>
/// <param name="Removed">The word that goes, or two with a blank between them; empty if a word is only added.</param>
/// <param name="Added">The word that comes, or two; empty if a word is only removed.</param>
public sealed record EditRequest(string Reference, string Target, string Removed, string Added);

/// <summary>The texts of a change.</summary>
/// <param name="Texts">The best first.</param>
public sealed record EditAnswer(IReadOnlyList<string> Texts)
{
    /// <summary>Why there is no text; null if there is one.</summary>
    public string? Fault { get; init; }

    /// <summary>Refers to what the texts were made from, such as the hash of a prompt; null if there is nothing to refer to.</summary>
    public string? Source { get; init; }
}
