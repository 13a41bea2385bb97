namespace CoVR;

/// <summary>One answer of a search.</summary>
/// <param name="Id">The item.</param>
/// <param name="Score">Its similarity to the query; higher is better, the range depends on the similarity.</param>
/// <param name="Rank">Its place, counted from 1.</param>
public sealed record SearchHit(MediaId Id, float Score, int Rank);
