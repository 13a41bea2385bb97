namespace CoVR.Datasets.WebVidCoVR;

/// <summary>What one item of an epoch is; the reference's <c>iterate</c>.</summary>
public enum WebVidCoVRIteration
{
    /// <summary>Every target once (<c>pth2</c>): training draws one of its rows at random. The default of the published models.</summary>
    Target,

    /// <summary>Every row once (<c>triplets</c>, <c>idx</c>).</summary>
    Triplet,

    /// <summary>Every target caption once (<c>txt2</c>).</summary>
    TargetCaption,
}
