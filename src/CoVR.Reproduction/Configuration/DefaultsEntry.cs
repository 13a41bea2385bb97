namespace CoVR.Reproduction.Configuration;

/// <summary>One line of a file's <c>defaults</c> list.</summary>
/// <param name="Group">The group as written, without a leading slash; null for a plain file of the same folder.</param>
/// <param name="Choice">The choice, or the file; null chooses nothing.</param>
/// <param name="Origin">The origin of the line.</param>
internal sealed record DefaultsEntry(string? Group, string? Choice, ConfigOrigin Origin)
{
    /// <summary>The entry for the file's own content.</summary>
    public const string Self = "_self_";

    /// <summary>The group or file is named from the root of the folders, not from the file's own.</summary>
    public bool Absolute { get; init; }

    /// <summary>The package given after <c>@</c>.</summary>
    public string? Package { get; init; }

    /// <summary>Whether it overrides a choice made by another list.</summary>
    public bool Override { get; init; }

    /// <summary>A choice that does not exist is skipped.</summary>
    public bool Optional { get; init; }

    /// <summary>Whether this line stands for the file's own content.</summary>
    public bool IsSelf => Group is null && Choice == Self;
}
