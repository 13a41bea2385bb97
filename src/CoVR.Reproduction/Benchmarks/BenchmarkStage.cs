namespace CoVR.Reproduction.Benchmarks;

/// <summary>The stages of a benchmark run, in their order.</summary>
public enum BenchmarkStage
{
    /// <summary>Annotation files of all parts are read.</summary>
    Reading,

    /// <summary>What is missing of the gallery is embedded.</summary>
    Embedding,

    /// <summary>Queries are encoded, ranked and scored.</summary>
    Evaluating,

    /// <summary>Files are written and checked.</summary>
    Writing,
}
