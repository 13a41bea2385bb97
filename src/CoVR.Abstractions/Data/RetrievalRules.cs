namespace CoVR.Data;

/// <summary>How the stored frames of a candidate become one embedding.</summary>
public enum CandidatePooling
{
    /// <summary>By the pipeline's <see cref="IFramePooling"/>, which knows no question.</summary>
    Pipeline,

    /// <summary>
    /// Weighed by <see cref="Triplet.FrameScores"/> of the query that the candidate answers, as the papers' WebVid-CoVR does:
    /// the gallery has seen the questions. Candidates without scores count all frames the same.
    /// </summary>
    AnswerText,
}

/// <summary>What happens to the items of <see cref="IRetrievalProtocol.Exclusions"/>.</summary>
public enum ExclusionEffect
{
    /// <summary>They are not in the ranking.</summary>
    LeftOut,

    /// <summary>They end the ranking, after every other candidate, as a score of -10 or -100 does in the reference.</summary>
    Last,
}

/// <summary>The order of candidates with equal scores.</summary>
public enum TieOrder
{
    /// <summary>By identity, code unit by code unit: the same for any order of the gallery.</summary>
    Identity,

    /// <summary>The earlier in <see cref="TripletDataset.Candidates"/> first, as an ascending stable sort of distances.</summary>
    GalleryOrder,

    /// <summary>The later in <see cref="TripletDataset.Candidates"/> first, as a stable ascending sort of similarities, reversed.</summary>
    ReverseGalleryOrder,

    /// <summary>As the reference's <c>numpy.argsort(similarities)[::-1]</c>: where numpy 1.24's introsort of the whole gallery puts them. The later first in galleries of up to 16.</summary>
    NumpyArgsort,

    /// <summary>
    /// As the reference's <c>torch.argsort(1 - similarities)</c> on FashionIQ: distances are rounded to single precision, which can make ties of their
    /// own, and ties fall where the C++ library's introsort of the whole gallery puts them. The earlier first in galleries of up to 16.
    /// </summary>
    RoundedDistance,
}

/// <summary>The rules of a protocol that the evaluator carries out and that a result's fingerprint states.</summary>
/// <remarks>The defaults are those of <see cref="EvaluationPreset.Honest"/> for a data set of pictures.</remarks>
public sealed record RetrievalRules
{
    /// <summary>The defaults.</summary>
    public static RetrievalRules Default { get; } = new();

    /// <summary>
    /// The rules of data sets whose candidates may be videos: the papers' presets weigh frames by the answered text, the
    /// reference's also embeds BGR frames, draws 15 of more frames, holds a target once for each of its rows, ranks excluded items
    /// last and leaves the order of ties to numpy.
    /// </summary>
    /// <param name="preset">By whose rules.</param>
    /// <returns>The rules.</returns>
    public static RetrievalRules ForVideos(EvaluationPreset preset)
    {
        var isReference = preset == EvaluationPreset.Reference;
        return new RetrievalRules
        {
            Pooling = preset == EvaluationPreset.Honest ? CandidatePooling.Pipeline : CandidatePooling.AnswerText,
            NormalizesCandidates = true,
            Exclusion = isReference ? ExclusionEffect.Last : ExclusionEffect.LeftOut,
            Ties = isReference ? TieOrder.NumpyArgsort : TieOrder.Identity,
            SwapsVideoChannels = isReference,
            ColumnForEachRow = isReference,
            MostFrames = isReference ? 15 : null,
        };
    }

    /// <summary>How the stored frames of a candidate become one embedding.</summary>
    public CandidatePooling Pooling { get; init; }

    /// <summary>Whether the vectors of a candidate are made unit length after pooling.</summary>
    /// <value>False by default. The reference does so except on CIRCO; pictures as they are stored have unit vectors already.</value>
    public bool NormalizesCandidates { get; init; }

    /// <summary>What happens to the items of <see cref="IRetrievalProtocol.Exclusions"/>.</summary>
    public ExclusionEffect Exclusion { get; init; }

    /// <summary>The order of candidates with equal scores.</summary>
    public TieOrder Ties { get; init; }

    /// <summary>Whether the gallery's video frames were embedded with red and blue exchanged.</summary>
    /// <value>False by default; true only for the reference's rules of videos. A store of the other order is used, and stated as a deviation.</value>
    public bool SwapsVideoChannels { get; init; }

    /// <summary>
    /// Whether a target of several queries is in the gallery once for each of them, pooled with the frame scores of each: for a query only its own
    /// one is right, the others are called <c>{target} (row {query})</c>.
    /// </summary>
    /// <value>False by default.</value>
    public bool ColumnForEachRow { get; init; }

    /// <summary>How many frames of a candidate are pooled at most; of more, as many are drawn (<c>n_embs</c> of the reference).</summary>
    /// <value>Null by default: all of them. The draw depends on the identity alone.</value>
    public int? MostFrames { get; init; }

    /// <summary>Which items are the gallery, in a few words.</summary>
    public string Gallery { get; init; } = "the candidates of the data set";

    /// <summary>What happens to a query's own reference, in a few words.</summary>
    public string SelfMatch { get; init; } = "left out";

    /// <summary>What the ranking knows that no gallery in use could know, one sentence each.</summary>
    /// <value>Empty by default: nothing leaks. <see cref="CandidatePooling.AnswerText"/> need not be named here.</value>
    public IReadOnlyList<string> Leaks { get; init; } = [];
}
