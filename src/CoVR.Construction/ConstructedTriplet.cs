namespace CoVR.Construction;

/// <summary>A triplet of a work file, with what a person needs to judge it.</summary>
/// <param name="Id">Names it: the same media and captions give the same identity in every run.</param>
/// <param name="Reference">The picture or video that is shown.</param>
/// <param name="Target">The one that is wanted.</param>
/// <param name="Text">The modification text.</param>
public sealed record ConstructedTriplet(string Id, TripletMedia Reference, TripletMedia Target, string Text)
{
    /// <summary>The part of the data set: <c>train</c>, <c>validation</c> or <c>test</c>.</summary>
    public required string Split { get; init; }

    /// <summary>Up to three texts to choose from, <see cref="Text"/> first.</summary>
    public IReadOnlyList<string> Candidates { get; init; } = [];
}

/// <summary>One side of a triplet.</summary>
/// <param name="Id">The identity that readers and galleries know.</param>
/// <param name="Caption">Its caption, in lower case and without punctuation.</param>
/// <param name="Path">The full path of its file, which may be missing; null if only the identity is known.</param>
public sealed record TripletMedia(string Id, string Caption, string? Path);
