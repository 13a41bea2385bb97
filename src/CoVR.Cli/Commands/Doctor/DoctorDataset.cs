using CoVR.Data;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>A data set to examine, with its embeddings.</summary>
internal sealed record DoctorDataset(ITripletDatasetReader Reader)
{
    /// <summary>The splits; empty: all that the reader has, or the test split of a reader that does not say.</summary>
    public IReadOnlyList<DatasetSplit> Splits { get; init; } = [];

    /// <summary>Folders of the gallery's embeddings; the first that has an item counts. Empty: candidates count as present when their media are.</summary>
    public IReadOnlyList<string> Embeddings { get; init; } = [];

    /// <summary>What must have made the embeddings; an empty text and a zero match anything. Null: any single model.</summary>
    public EmbeddingFingerprint? ExpectedFingerprint { get; init; }

    /// <summary>Files of caption embeddings (<c>txt2_….pth</c>), which the loss term <c>si_tc</c> needs.</summary>
    public IReadOnlyList<string> CaptionEmbeddings { get; init; } = [];

    /// <summary>Makes the command that embeds the items of a list; null: none is known.</summary>
    public Func<string, string>? EmbedCommand { get; init; }

    /// <summary>The name in reports and of repair lists; the reader's by default.</summary>
    public string Name { get; init; } = Reader.Name;
}
