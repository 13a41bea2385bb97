using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;

namespace CoVR.Reproduction.Evaluation;

/// <summary>The rules of the Python code, errors included, for comparison with published figures.</summary>
/// <remarks>
/// <para>Videos (WebVid-CoVR, CC-CoIR, <see cref="RecallProtocol"/>): the paper's pooling over 15 frames drawn of more, one candidate for each row,
/// frames embedded in BGR, pairs numbered by the sorted table, masked items last, ties as numpy sorts them.</para>
/// <para>Pictures (CIRR, CIRCO, FashionIQ, known by the protocol's name): a query's reference is last instead of left out; ties as numpy sorts them, on FashionIQ as torch sorts
/// single precision distances.</para>
/// <para>Other protocols are left unchanged.</para>
/// </remarks>
public static class ReferencePreset
{
    private const int MostFrames = 15;

    /// <summary>The preset, named <c>reference</c>.</summary>
    public static EvaluationVariant Variant { get; } = new("reference", Apply);

    private static IRetrievalProtocol Apply(IRetrievalProtocol protocol, TripletDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(dataset);
        return protocol switch
        {
            WebVidCoVRProtocol { ExcludeReference: false } or RecallProtocol => new ReferenceProtocol(protocol, OfVideos(protocol), protocol.Exclusions),
            WebVidCoVRProtocol videos => new ReferenceProtocol(
                protocol, OfVideos(protocol) with { SelfMatch = "last, found by the pair numbers of the sorted table" }, ReferencePairs.Of(dataset, videos.Iterate).MaskedFor),
            { Name: "cirr" or "circo" } => new ReferenceProtocol(protocol, OfPictures(protocol, ReferenceTies.Numpy), OwnReference),
            { Name: var name } when name.StartsWith("fashioniq-", StringComparison.Ordinal) =>
                new ReferenceProtocol(protocol, OfPictures(protocol, ReferenceTies.Torch), OwnReference) { DividesInSinglePrecision = true },
            _ => protocol,
        };
    }

    private static RetrievalRules OfVideos(IRetrievalProtocol protocol) => protocol.PublishedRules with
    {
        Pooling = new DrawnFramePooling(MostFrames, protocol.PublishedRules.Pooling),
        Layout = CandidatePerRow.Name,
        TieBreaker = ReferenceTies.Numpy,
        ColourOrder = "bgr",
    };

    private static RetrievalRules OfPictures(IRetrievalProtocol protocol, ITieBreaker ties) => protocol.PublishedRules with
    {
        TieBreaker = ties,
        SelfMatch = "last, after every other candidate",
    };

    private static HashSet<MediaId> OwnReference(Triplet triplet) => [triplet.Reference];
}
