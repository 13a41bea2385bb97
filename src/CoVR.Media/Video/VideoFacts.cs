namespace CoVR.Media;

/// <summary>What a video file says about its first video stream.</summary>
/// <param name="Width">Columns of a decoded frame, after rotation.</param>
/// <param name="Height">Rows of a decoded frame, after rotation.</param>
/// <param name="Frames">How many frames the file announces, at least 1.</param>
internal readonly record struct VideoFacts(int Width, int Height, int Frames);
