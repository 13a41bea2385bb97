namespace CoVR.Modeling;

/// <summary>Weights as options name them, and what they are for.</summary>
/// <param name="Name">
/// A path (file, index of shards, or folder of shards), a name of the catalogue (<c>webvid-covr</c>, or with its family
/// <c>blip2/webvid-covr</c>), an <c>https://</c> address, or <c>hf://owner/repository/file</c>, with <c>@revision</c> if wanted.
/// </param>
/// <param name="Family">The model family that asks, for example <c>blip</c> or <c>blip2</c>; empty if any will do.</param>
/// <param name="Variant">The variant of the family that asks, for example <c>large</c>; empty if any will do, as for sizes of one's own.</param>
public sealed record CheckpointReference(string Name, string Family = "", string Variant = "");
