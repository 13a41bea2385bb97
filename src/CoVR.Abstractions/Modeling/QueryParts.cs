namespace CoVR.Modeling;

/// <summary>Which parts of a composed query the model looks at.</summary>
[Flags]
public enum QueryParts
{
    /// <summary>The reference picture or video.</summary>
    Reference = 1,

    /// <summary>The text that says what to change.</summary>
    Modification = 2,

    /// <summary>Both: the method of the papers.</summary>
    Both = Reference | Modification,
}
