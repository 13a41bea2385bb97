namespace CoVR.Construction;

/// <summary>The stages of data construction, in their order.</summary>
public enum ConstructionStage
{
    /// <summary>Reads captions and checks that their media exist.</summary>
    Collect,

    /// <summary>Finds pairs of captions that differ in one word.</summary>
    Mine,

    /// <summary>Drops pairs whose change is not worth an edit.</summary>
    FilterText,

    /// <summary>Pairs the media of each caption pair.</summary>
    PairMedia,

    /// <summary>Writes modification texts.</summary>
    WriteEdits,

    /// <summary>Removes what test sets contain, and divides triplets into training, validation and test.</summary>
    Split,

    /// <summary>Writes the files of the data set.</summary>
    Export,
}

/// <summary>What a stage kept and dropped.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Ran">Whether it ran, or would run; false if an earlier result still holds.</param>
/// <param name="Kept">Rows of its result; 0 if it has none yet.</param>
/// <param name="Elapsed">How long it took when it ran.</param>
public sealed record StageReport(ConstructionStage Stage, bool Ran, long Kept, TimeSpan Elapsed)
{
    /// <summary>What was dropped, by reason.</summary>
    public IReadOnlyList<DroppedRows> Dropped { get; init; } = [];

    /// <summary>Remarks, such as groups of captions that were sampled.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>Rows that a stage dropped for one reason.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Count">How many.</param>
/// <param name="Examples">The first of them, by name.</param>
public sealed record DroppedRows(string Reason, long Count, IReadOnlyList<string> Examples);
