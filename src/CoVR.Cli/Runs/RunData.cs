using CoVR.Data;

namespace CoVR.Cli.Runs;

/// <summary>A data section, ready to be read.</summary>
/// <param name="Reader">Reads annotations and knows where media lie.</param>
/// <param name="Folders">Where the embeddings of its splits are; of merged sets one for each.</param>
/// <param name="Kind">What it is.</param>
internal sealed record RunData(ITripletDatasetReader Reader, IReadOnlyList<EmbeddingFolder> Folders, DataKind Kind)
{
    /// <summary>The folders of a split.</summary>
    public IReadOnlyList<EmbeddingFolder> Of(DatasetSplit split) => [.. Folders.Where(folder => folder.Split == split)];
}
