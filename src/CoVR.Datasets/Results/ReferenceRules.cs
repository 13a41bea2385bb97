using System.Collections.Frozen;
using CoVR.Data;

namespace CoVR.Datasets;

/// <summary>Rules that the picture benchmarks share.</summary>
internal static class ReferenceRules
{
    /// <summary>The rules of a benchmark of pictures.</summary>
    /// <param name="preset">By whose rules.</param>
    /// <param name="gallery">Which items are the gallery.</param>
    /// <param name="normalizes">Whether the reference makes candidates unit length.</param>
    /// <param name="ties">The order of equal scores in the reference.</param>
    public static RetrievalRules OfPictures(EvaluationPreset preset, string gallery, bool normalizes = true, TieOrder ties = TieOrder.NumpyArgsort)
    {
        var isReference = preset == EvaluationPreset.Reference;
        return new RetrievalRules
        {
            Gallery = gallery,
            NormalizesCandidates = normalizes,
            Exclusion = isReference ? ExclusionEffect.Last : ExclusionEffect.LeftOut,
            Ties = isReference ? ties : TieOrder.Identity,
            SelfMatch = isReference ? "last, after every other candidate" : "left out, unless it is the target",
        };
    }

    /// <summary>A query's own reference; unless the preset is the reference's, never the target itself.</summary>
    public static IReadOnlySet<MediaId> OwnReference(Triplet triplet, RetrievalRules rules)
    {
        ArgumentNullException.ThrowIfNull(triplet);
        return rules.Exclusion == ExclusionEffect.LeftOut && triplet.Reference == triplet.Target
            ? FrozenSet<MediaId>.Empty
            : new HashSet<MediaId> { triplet.Reference };
    }
}
