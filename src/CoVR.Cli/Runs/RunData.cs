using CoVR.Data;
using CoVR.Datasets;
using CoVR.Reproduction.Configuration;

namespace CoVR.Cli.Runs;

/// <summary>A data section, ready to be read.</summary>
/// <param name="Reader">Reads annotations and locates media.</param>
/// <param name="Protocol">By which rules it is scored.</param>
/// <param name="Folders">Where the embeddings of its splits are; for merged sets one for each.</param>
internal sealed record RunData(ITripletDatasetReader Reader, IRetrievalProtocol Protocol, IReadOnlyList<SplitEmbeddings> Folders)
{
    /// <summary>The folders of a split.</summary>
    public IReadOnlyList<SplitEmbeddings> Of(DatasetSplit split) => [.. Folders.Where(folder => folder.Split == split)];
}

/// <summary>The kinds of data sections.</summary>
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

    /// <summary>Several sets, concatenated.</summary>
    Merged,
}

/// <summary>Values of a configuration that belong to no group.</summary>
/// <param name="Seed">The seed of weights, order, frames and texts.</param>
/// <param name="MissingMedia">How rows without media are treated.</param>
internal sealed record RunValues(int Seed = 1234, MissingMediaPolicy MissingMedia = MissingMediaPolicy.StrictTest)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="ConfigurationException">A value has another type or an unknown name.</exception>
    public static RunValues Of(ComposedConfiguration config) => config.Bind<RunValues>("");
}
