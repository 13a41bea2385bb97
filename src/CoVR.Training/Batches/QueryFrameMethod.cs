namespace CoVR.Training;

/// <summary>Which frames of a reference video a training query looks at (the reference's <c>vid_query_method</c>).</summary>
public enum QueryFrameMethod
{
    /// <summary>The middle one (<c>middle</c>).</summary>
    Middle,

    /// <summary>One that is drawn anew at each use, by a seed of its own (<c>random</c>).</summary>
    Random,

    /// <summary>The centres of n equal segments (<c>sample</c>); the queries of the frames are averaged and made unit length again.</summary>
    Sample,
}
