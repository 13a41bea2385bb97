using CoVR.Modeling;

namespace CoVR.Evaluation;

/// <summary>What a query consists of and what it is compared with: the rows of the papers' ablations.</summary>
/// <remarks>
/// How picture and text are fused (cross attention, late fusion) is up to the model: <see cref="Composed"/> asks it.
/// Several kinds in one run share the visual encoder's work.
/// </remarks>
public sealed record QueryKind
{
    private QueryKind(string name, QueryParts parts) => (Name, Parts) = (name, parts);

    /// <summary>Reference and text through the model's fusion: the method of the papers.</summary>
    public static QueryKind Composed { get; } = new("composed", QueryParts.Both);

    /// <summary>The text alone.</summary>
    public static QueryKind TextOnly { get; } = new("text-only", QueryParts.Modification);

    /// <summary>The reference alone.</summary>
    public static QueryKind ImageOnly { get; } = new("image-only", QueryParts.Reference);

    /// <summary>The mean of the text's embedding and the reference's mean vector, normalized: no fusion at all (<c>TestWebVidCoVRAvg</c>).</summary>
    public static QueryKind Average { get; } = new("average", QueryParts.Both) { IsAverage = true };

    /// <summary>Unique in a run; shown in results, files and pages.</summary>
    public string Name { get; private init; }

    /// <summary>The parts that the query uses.</summary>
    public QueryParts Parts { get; }

    /// <summary>The share of the caption in the embedding of a candidate, in [0, 1]; 0 to compare pictures only.</summary>
    public double CaptionShare { get; private init; }

    /// <summary>Whether the parts are embedded separately and averaged.</summary>
    internal bool IsAverage { get; private init; }

    /// <summary>
    /// Composed queries against pictures and captions of the candidates: both similarities weighted and added
    /// (<c>TestWebVidCoVRCaptions</c>). Every candidate needs a caption (<see cref="Data.Triplet.TargetCaption"/> of a query that it answers).
    /// </summary>
    /// <param name="text">The weight of captions (<c>w_txt</c>), not negative.</param>
    /// <param name="image">The weight of pictures (<c>w_img</c>), not negative; weights are divided by their sum.</param>
    /// <returns>The kind.</returns>
    public static QueryKind Captions(double text = 0.5, double image = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(text);
        ArgumentOutOfRangeException.ThrowIfNegative(image);
        ArgumentOutOfRangeException.ThrowIfZero(text + image);
        var share = text / (text + image);
        return new QueryKind(FormattableString.Invariant($"captions {share:0.###}"), QueryParts.Both) { CaptionShare = share };
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
