using CoVR.Data;

namespace CoVR.Datasets.Doctor;

/// <summary>A data set to look at, and what was made of it.</summary>
/// <param name="Reader">Its reader; one that is an <see cref="IInspectableDataset"/> is looked at line by line.</param>
public sealed record DoctorDataset(ITripletDatasetReader Reader)
{
    /// <summary>The splits.</summary>
    /// <value>Empty by default: all that the reader is known to have, else the test split.</value>
    public IReadOnlyList<DatasetSplit> Splits { get; init; } = [];

    /// <summary>Folders of the gallery's embeddings, stores or trees of <c>.pth</c> files; the first that has an item counts.</summary>
    /// <value>Empty by default: embeddings are not looked at, and candidates count as there when their media are.</value>
    public IReadOnlyList<string> Embeddings { get; init; } = [];

    /// <summary>What must have made the embeddings; an empty text and a zero stand for anything.</summary>
    /// <value>Null by default: anything, as long as it is one model.</value>
    public EmbeddingFingerprint? ExpectedFingerprint { get; init; }

    /// <summary>Files of caption embeddings (<c>txt2_….pth</c>), which the loss term <c>si_tc</c> needs.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<string> CaptionEmbeddings { get; init; } = [];

    /// <summary>The name in reports and of repair lists.</summary>
    /// <value>The reader's by default.</value>
    public string Name { get; init; } = Reader.Name;
}
