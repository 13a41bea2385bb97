namespace CoVR.Reproduction.Benchmarks;

/// <summary>How far a benchmark run is.</summary>
/// <param name="Benchmark">The benchmark's name.</param>
/// <param name="Part">The part that is worked on.</param>
/// <param name="Stage">What is done with it.</param>
/// <param name="Work">Items done; null when a stage begins.</param>
public sealed record BenchmarkProgress(string Benchmark, string Part, BenchmarkStage Stage, JobProgress? Work = null);
