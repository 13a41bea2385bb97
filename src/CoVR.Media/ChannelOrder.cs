namespace CoVR.Media;

/// <summary>The order of the three bytes of a pixel.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>
    /// Blue, green, red, as OpenCV returns frames. The reference's embedding tool (<c>src/data/embs.py</c>) feeds these to a model that
    /// expects red first, so published video embeddings were made that way.
    /// </summary>
    Bgr,
}
