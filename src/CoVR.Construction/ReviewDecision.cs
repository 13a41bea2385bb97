namespace CoVR.Construction;

/// <summary>What a reviewer says about a triplet.</summary>
public enum ReviewVerdict
{
    /// <summary>Nothing yet; the triplet may be flagged.</summary>
    Undecided,

    /// <summary>It belongs into the data set, with the text of the decision.</summary>
    Keep,

    /// <summary>It does not.</summary>
    Discard,
}

/// <summary>What one reviewer decided about one triplet; a later decision replaces it.</summary>
/// <param name="Triplet"><see cref="ConstructedTriplet.Id"/>.</param>
/// <param name="Reviewer">Who decided: 1 to 64 letters, digits, blanks and <c>. - _ @ '</c>.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record ReviewDecision(string Triplet, string Reviewer, ReviewVerdict Verdict)
{
    /// <summary>The most characters of a text.</summary>
    public const int MaxLength = 500;

    /// <summary>The text of a triplet that is kept: one of the candidates, or the reviewer's own. Null for another verdict.</summary>
    public string? Text { get; init; }

    /// <summary>Whether the triplet shall be looked at again.</summary>
    public bool IsFlagged { get; init; }

    /// <summary>When it was decided; set by the queue.</summary>
    public DateTimeOffset Time { get; init; }
}

/// <summary>How far two reviewers agree.</summary>
/// <param name="ReviewerA">One of them.</param>
/// <param name="ReviewerB">The other.</param>
/// <param name="Verdicts">Keep or discard, over the triplets that both decided.</param>
/// <param name="Texts">
/// The text, over the triplets that both kept: the place of the candidate; a reviewer's own text agrees with nothing but the same text.
/// </param>
public sealed record ReviewAgreement(string ReviewerA, string ReviewerB, AgreementFigures Verdicts, AgreementFigures Texts);

/// <summary>Agreement about one question.</summary>
/// <param name="Compared">Triplets that both answered.</param>
/// <param name="Agreed">Those that both answered alike.</param>
/// <param name="Kappa">Cohen's kappa, -1 to 1; null where it is not defined, because both always gave the same one answer.</param>
public sealed record AgreementFigures(int Compared, int Agreed, double? Kappa);
