namespace CoVR.Modeling.Layers;

/// <summary>Which of the fused query, key and value projections have a bias.</summary>
public enum QkvBias
{
    /// <summary>None.</summary>
    None,

    /// <summary>All three, stored as <c>qkv.bias</c>: BLIP.</summary>
    All,

    /// <summary>Queries and values, stored as <c>q_bias</c> and <c>v_bias</c>; the key's is zero: EVA.</summary>
    QueryAndValue,
}
