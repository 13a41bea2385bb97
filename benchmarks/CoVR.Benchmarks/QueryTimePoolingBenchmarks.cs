using BenchmarkDotNet.Attributes;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>Frames weighed by each query against the matrix products of all frames alone, and against frames pooled beforehand.</summary>
[WarmupCount(3)]
[IterationCount(15)]
public class QueryTimePoolingBenchmarks
{
    private const int Items = 4096;
    private const int F = 15;
    private const int D = 256;
    private ExactIndex _index = null!;
    private ExactIndex _pooled = null!;
    private EmbeddingSet[] _queries = [];
    private SearchOptions[] _options = [];
    private Tensor _gallery = null!;
    private Tensor _queryMatrix = null!;

    /// <summary>How many queries are asked at once.</summary>
    [Params(1, 64)]
    public int Queries { get; set; }

    /// <summary>Makes the gallery.</summary>
    [GlobalSetup]
    public void Setup()
    {
        EmbeddingSet[] items = [.. RandomGallery.Draw(Items, F, D, seed: 1).Select(item => new EmbeddingSet(item.Values, 1, D, F))];
        _index = RandomGallery.Index(new QueryTimePooledSimilarity(), items);
        _pooled = RandomGallery.Index(new MeanPooledSimilarity(), items.Select(new MeanFramePooling().Pool));
        _queries = [.. RandomGallery.Draw(Queries, 1, D, seed: 2)];
        _options = [.. Enumerable.Repeat(SearchOptions.Default, Queries)];
        _gallery = torch.cat([.. items.Select(item => torch.tensor(item.Values.ToArray(), [F, D]))]);
        _queryMatrix = torch.cat([.. _queries.Select(query => torch.tensor(query.Values.ToArray(), [1, D]))]).t().contiguous();
    }

    /// <summary>The products with all frames alone.</summary>
    [Benchmark(Baseline = true)]
    public void Products()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _gallery.mm(_queryMatrix);
    }

    /// <summary>Our index, ten hits a query.</summary>
    [Benchmark]
    public int QueryTimePooling() => _index.Search(_queries, _options)[0].Count;

    /// <summary>The same gallery pooled beforehand.</summary>
    [Benchmark]
    public int PooledBefore() => _pooled.Search(_queries, _options)[0].Count;

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _gallery.Dispose();
        _queryMatrix.Dispose();
    }
}
