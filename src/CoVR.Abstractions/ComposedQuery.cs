using System.Text.Json.Serialization;

namespace CoVR;

/// <summary>A query of weighted parts: pictures, videos, items of the gallery and texts, each wanted, kept or unwanted. Its simplest form is that of the papers: a reference and a text that says what to change.</summary>
/// <remarks>Immutable; compared by its parts and earlier turns. How several parts become one embedding decides the pipeline's <see cref="IQueryCombiner"/>.</remarks>
public sealed record ComposedQuery
{
    /// <summary>The most parts of a query, those of its earlier turns included.</summary>
    public const int MaxParts = 16;

    /// <summary>Creates a query of a reference and a text.</summary>
    /// <param name="reference">What to start from; null for a query by text alone.</param>
    /// <param name="modification">The change in plain words; null for a query by reference alone.</param>
    /// <exception cref="ArgumentException">Both are null.</exception>
    public ComposedQuery(MediaSource? reference, string? modification)
    {
        if (reference is null && string.IsNullOrWhiteSpace(modification))
        {
            throw new ArgumentException("A query needs a reference, a modification text, or both.");
        }

        Parts =
        [
            .. reference is null ? Array.Empty<QueryPart>() : [QueryPart.OfMedia(reference)],
            .. string.IsNullOrWhiteSpace(modification) ? Array.Empty<QueryPart>() : [QueryPart.OfText(modification)],
        ];
    }

    /// <summary>Creates a query of parts.</summary>
    /// <param name="parts">At least one, in the order of their importance: the first wanted picture, video or item is what to start from.</param>
    /// <param name="previous">The turn that this one refines; null for a first turn.</param>
    /// <exception cref="QueryException">
    /// There is no part, there are more than <see cref="MaxParts"/>, a weight is negative or not finite, all weights are zero, or nothing is wanted; with
    /// <paramref name="previous"/>, these hold for all turns together.
    /// </exception>
    public ComposedQuery(IReadOnlyList<QueryPart> parts, ComposedQuery? previous = null)
    {
        ArgumentNullException.ThrowIfNull(parts);
        (Parts, Previous) = ([.. parts], previous);
        RequireValid();
    }

    /// <summary>The parts of this turn.</summary>
    public IReadOnlyList<QueryPart> Parts { get; }

    /// <summary>The turn before; null for a first turn.</summary>
    public ComposedQuery? Previous { get; }

    /// <summary>All turns, the oldest first; the last is this query.</summary>
    [JsonIgnore]
    public IReadOnlyList<ComposedQuery> Turns => Previous is null ? [this] : [.. Previous.Turns, this];

    /// <summary>The first wanted picture or video of this turn; null if there is none.</summary>
    [JsonIgnore]
    public MediaSource? Reference => Parts.FirstOrDefault(part => part is { Media: not null, Role: QueryRole.Wanted })?.Media;

    /// <summary>The first wanted text of this turn; null if there is none.</summary>
    [JsonIgnore]
    public string? Modification => Parts.FirstOrDefault(part => part is { Text: not null, Role: QueryRole.Wanted })?.Text;

    /// <summary>Reads a query from text, such as <c>photos/a.jpg + "at night" - "cars"^0.5 ; "and larger"</c>.</summary>
    /// <remarks>
    /// Texts stand in double quotes; names of files and items stand alone, or in single quotes where they hold spaces or one of <c>"'^@;\</c>; a backslash takes the next character as
    /// it is. Before a part, <c>+</c> asks for it (as nothing does at the start), <c>=</c> keeps it and <c>-</c> avoids it. After a part, <c>^0.5</c> is its weight, after a video
    /// <c>@3-7.5</c> its span in seconds. A semicolon begins the next turn.
    /// </remarks>
    /// <param name="text">The text.</param>
    /// <param name="find">Makes the part that a name stands for; null for a name that stands for nothing.</param>
    /// <returns>The query.</returns>
    /// <exception cref="QueryException">The text is no query; <see cref="QueryException.Position"/> says where.</exception>
    public static ComposedQuery Parse(string text, Func<string, QueryPart?> find)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(find);
        return new QueryGrammar(text, find).Parse();
    }

    /// <summary>The query as text that <see cref="Parse"/> reads.</summary>
    /// <returns>One line.</returns>
    public override string ToString() => QueryGrammar.Write(this);

    /// <inheritdoc/>
    public bool Equals(ComposedQuery? other) => other is not null && Parts.SequenceEqual(other.Parts) && Equals(Previous, other.Previous);

    /// <inheritdoc/>
    public override int GetHashCode() => Parts.Aggregate(Previous?.GetHashCode() ?? 0, HashCode.Combine);

    private void RequireValid()
    {
        QueryPart[] all = [.. Turns.SelectMany(turn => turn.Parts)];
        if (Parts.Count == 0)
        {
            throw new QueryException("query", "it has no part; give a picture, a video, an item or a text.");
        }

        if (all.Length > MaxParts)
        {
            throw new QueryException(all[MaxParts].ToString(), $"a query has at most {MaxParts} parts, earlier turns included; this one has {all.Length}.");
        }

        if (all.FirstOrDefault(part => !(part.Weight >= 0 && float.IsFinite(part.Weight))) is { } wrong)
        {
            throw new QueryException(wrong.ToString(), FormattableString.Invariant($"its weight is {wrong.Weight}; it must be finite and not negative."));
        }

        if (all.All(part => part.Weight == 0))
        {
            throw new QueryException(all[0].ToString(), "all weights of the query are zero; give at least one part a weight above zero.");
        }

        if (!all.Any(part => part.Role == QueryRole.Wanted && part.Weight > 0))
        {
            throw new QueryException(all.First(part => part.Weight > 0).ToString(), "nothing in the query is wanted; add a picture, a video, an item or a text to look for.");
        }
    }
}

/// <summary>What a part of a query asks for.</summary>
public enum QueryRole
{
    /// <summary>To start from, or to change: answers look like this picture, or differ from it as this text says.</summary>
    Wanted,

    /// <summary>To stay true: answers resemble this picture, or match this description, whatever else changes.</summary>
    Kept,

    /// <summary>To avoid.</summary>
    Unwanted,
}

/// <summary>One part of a query: a text, a picture or video, or an item of the gallery.</summary>
/// <remarks>Immutable. Its text form, such as <c>picture a.jpg</c>, names it in errors.</remarks>
public sealed record QueryPart
{
    private QueryPart()
    {
    }

    /// <summary>The words; null for other parts.</summary>
    public string? Text { get; private init; }

    /// <summary>The picture or video; null for texts, and for items whose own file or embedding is used.</summary>
    public MediaSource? Media { get; private init; }

    /// <summary>The item of the gallery; null for other parts.</summary>
    public MediaId? Item { get; private init; }

    /// <summary>What the part asks for.</summary>
    /// <value><see cref="QueryRole.Wanted"/> by default.</value>
    public QueryRole Role { get; init; }

    /// <summary>How much the part counts beside the others.</summary>
    /// <value>1 by default; finite, at least 0.</value>
    public float Weight { get; init; } = 1;

    /// <summary>A text: a change, if there is something to start from, else a description.</summary>
    /// <param name="text">Plain words.</param>
    /// <returns>The part, wanted with weight 1.</returns>
    /// <exception cref="QueryException">There are no words.</exception>
    public static QueryPart OfText(string text) => string.IsNullOrWhiteSpace(text) ? throw new QueryException("text", "it is empty.") : new QueryPart { Text = text };

    /// <summary>A picture or video, or a span of one (<see cref="MediaSource.Between"/>).</summary>
    /// <param name="media">The picture or video.</param>
    /// <returns>The part, wanted with weight 1.</returns>
    public static QueryPart OfMedia(MediaSource media)
    {
        ArgumentNullException.ThrowIfNull(media);
        return new QueryPart { Media = media };
    }

    /// <summary>An item of the gallery. Alone its stored embedding is used. With a text the model looks at its file; without a file the text's embedding is added to the stored one.</summary>
    /// <param name="item">The identity.</param>
    /// <param name="media">Its picture or video; null for the file that <see cref="GalleryProperties.Source"/> names, if it is there.</param>
    /// <returns>The part, wanted with weight 1.</returns>
    public static QueryPart OfItem(MediaId item, MediaSource? media = null) => new() { Item = item, Media = media };

    /// <inheritdoc/>
    public override string ToString() => Item is { } item ? $"item {item}" : Media is { } media ? $"picture {media.DisplayName}" : $"text \"{Text}\"";
}
