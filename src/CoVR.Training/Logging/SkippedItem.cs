namespace CoVR.Training;

/// <summary>An item that was left out of its batch because its media cannot be read.</summary>
/// <param name="Item">The triplet or picture.</param>
/// <param name="Media">What could not be read.</param>
/// <param name="Reason">Why.</param>
public sealed record SkippedItem(string Item, MediaId Media, string Reason);
