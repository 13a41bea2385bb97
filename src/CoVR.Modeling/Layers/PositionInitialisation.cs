namespace CoVR.Modeling.Layers;

/// <summary>What learnt positions of visual tokens start as.</summary>
public enum PositionInitialization
{
    /// <summary>Small random numbers, as in the published models.</summary>
    Normal,

    /// <summary>Sines and cosines of row and column with amplitude 1; learns faster when a small model is trained from nothing.</summary>
    SinCos,
}
