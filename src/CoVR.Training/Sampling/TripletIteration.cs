namespace CoVR.Training;

/// <summary>What counts as one item of an epoch.</summary>
public enum TripletIteration
{
    /// <summary>Every target once; if several triplets lead to it, one of them is drawn (the reference's <c>iterate: pth2</c>).</summary>
    Targets,

    /// <summary>Every triplet once (the reference's <c>iterate: triplets</c>).</summary>
    Triplets,
}
