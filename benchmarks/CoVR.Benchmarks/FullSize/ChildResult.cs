namespace CoVR.Benchmarks.FullSize;

/// <summary>What a measuring process found.</summary>
/// <param name="Seconds">The time of what was measured, without the process' start.</param>
/// <param name="PeakBytes">The most memory that was ever resident in it.</param>
/// <param name="Bytes">Bytes of the weights.</param>
/// <param name="Steps">Times of single steps, where there are several.</param>
internal sealed record ChildResult(double Seconds, long PeakBytes, long Bytes, IReadOnlyDictionary<string, double> Steps);
