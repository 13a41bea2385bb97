using CoVR.Datasets;
using CoVR.Evaluation;

namespace CoVR.Cli.Runs;

/// <summary>One test of a run.</summary>
/// <param name="Name">What it is called; the folder of its results.</param>
/// <param name="Benchmark">What is ranked and scored.</param>
/// <param name="Query">What queries are made of.</param>
/// <param name="Folder">Where the gallery's embeddings are.</param>
/// <param name="Frames">Which frames of a reference are looked at.</param>
/// <param name="Pooling">How stored frames become one where no preset says otherwise.</param>
internal sealed record TestPlan(string Name, Benchmark Benchmark, QueryKind Query, EmbeddingFolder Folder, IFrameSampler Frames, IFramePooling Pooling);
