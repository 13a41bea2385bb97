using BenchmarkDotNet.Attributes;
using CoVR.Retrieval;
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
    private MemoryGallery _ours = null!;
    private MemoryGallery _pooled = null!;
    private GalleryQuery[] _queries = [];
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
        _ours = RandomGallery.Fill(Similarities.QueryTimePooled(), items);
        _pooled = RandomGallery.Fill(Similarities.MeanPooled, items.Select(FramePoolings.Mean.Pool));
        _queries = RandomGallery.Queries(Queries, 1, D);
        _gallery = torch.cat([.. items.Select(item => torch.tensor(item.Values.ToArray(), [F, D]))]);
        _queryMatrix = torch.cat([.. _queries.Select(query => torch.tensor(query.Embedding.Values.ToArray(), [1, D]))]).t().contiguous();
    }

    /// <summary>The products with all frames alone.</summary>
    [Benchmark(Baseline = true)]
    public void Products()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _gallery.mm(_queryMatrix);
    }

    /// <summary>Our gallery, ten hits a query.</summary>
    [Benchmark]
    public async Task<int> QueryTimePooling() => (await _ours.SearchAsync(_queries))[0].Hits.Count;

    /// <summary>The same gallery pooled beforehand.</summary>
    [Benchmark]
    public async Task<int> PooledBefore() => (await _pooled.SearchAsync(_queries))[0].Hits.Count;

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _gallery.Dispose();
        _queryMatrix.Dispose();
    }
}
