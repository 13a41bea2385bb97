namespace CoVR.Datasets;

/// <summary>What happens to rows whose picture or video is not on the disk.</summary>
public enum MissingMediaPolicy
{
    /// <summary>The test split must be complete; in the other splits rows are left out and logged, as in the reference.</summary>
    StrictTest,

    /// <summary>Every split must be complete.</summary>
    Strict,

    /// <summary>In every split rows are left out and logged.</summary>
    Report,

    /// <summary>Nothing is looked up: rows are kept, and reading their media fails later, one by one.</summary>
    Ignore,
}
