namespace CoVR.Datasets.Download;

/// <summary>How a video is looked at before it gets its name.</summary>
public enum VideoCheck
{
    /// <summary>Its first frame is decoded.</summary>
    FirstFrame,

    /// <summary>Its last frame is decoded too, which takes as long as decoding all of it.</summary>
    LastFrame,
}
