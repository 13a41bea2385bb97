using System.Text.Json.Serialization;

namespace CoVR.Downloads;

/// <summary>What must still be true of a server's file for a part of it to be continued; stands beside the part.</summary>
/// <param name="Address">Where the part came from.</param>
/// <param name="ETag">The server's strong tag of that version, if it gave one.</param>
/// <param name="LastModified">Its date, if it gave one.</param>
/// <param name="TotalBytes">Its length, if it gave one.</param>
internal sealed record PartState(string Address, string? ETag, DateTimeOffset? LastModified, long? TotalBytes)
{
    /// <summary>Whether a server can be asked for the rest of the same version only.</summary>
    [JsonIgnore]
    public bool CanBeChecked => ETag is not null || LastModified is not null;
}
