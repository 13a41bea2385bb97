namespace CoVR.Training;

/// <summary>An image or video with one or more texts that say what it shows.</summary>
/// <param name="Image">The item.</param>
/// <param name="Captions">At least one text; an epoch draws one.</param>
public sealed record CaptionedImage(MediaId Image, IReadOnlyList<string> Captions);
