using CoVR.Data;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>One data set that a benchmark ranks and scores by itself: most benchmarks have one, FashionIQ has one for each category.</summary>
/// <param name="Name">Unique in its benchmark; names files.</param>
/// <param name="Reader">Reads annotations and knows where media lie.</param>
/// <param name="Protocol">By which rules it is ranked and scored.</param>
/// <param name="Split">The part of the data set.</param>
public sealed record BenchmarkPart(string Name, ITripletDatasetReader Reader, IRetrievalProtocol Protocol, DatasetSplit Split = DatasetSplit.Test);
