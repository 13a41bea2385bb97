namespace CoVR.Cli.Runs;

/// <summary>What the files of a data section are.</summary>
internal enum DataKind
{
    /// <summary>WebVid-CoVR.</summary>
    WebVid,

    /// <summary>WebVid-CoVR with edits made by rule.</summary>
    WebVidRuleBased,

    /// <summary>CC-CoIR.</summary>
    CcCoIR,

    /// <summary>CIRR.</summary>
    Cirr,

    /// <summary>FashionIQ.</summary>
    FashionIQ,

    /// <summary>CIRCO, for tests only.</summary>
    Circo,

    /// <summary>Several sets one after the other.</summary>
    Merged,
}
