using BenchmarkDotNet.Attributes;
using CoVR.Retrieval;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>The maximum over all token pairs (BLIP-2 on CIRR) against its matrix products alone; the goal is a ratio of 0.6.</summary>
[WarmupCount(5)]
[IterationCount(25)]
public class LateInteractionBenchmarks
{
    private const int Items = 4096;
    private const int Q = 32;
    private const int D = 256;
    private const int Block = 128 * Q;
    private MemoryGallery _ours = null!;
    private GalleryQuery[] _queries = [];
    private Tensor _gallery = null!;
    private Tensor _queryMatrix = null!;

    /// <summary>How many queries are asked at once.</summary>
    [Params(1, 32)]
    public int Queries { get; set; }

    /// <summary>Makes the gallery.</summary>
    [GlobalSetup]
    public void Setup()
    {
        EmbeddingSet[] items = [.. RandomGallery.Draw(Items, Q, D, seed: 1)];
        _ours = RandomGallery.Fill(Similarities.MaxOverPairs, items);
        _queries = RandomGallery.Queries(Queries, Q, D);
        _gallery = torch.cat([.. items.Select(item => torch.tensor(item.Values.ToArray(), [Q, D]))]);
        _queryMatrix = torch.cat([.. _queries.Select(query => torch.tensor(query.Embedding.Values.ToArray(), [Q, D]))]).t().contiguous();
    }

    /// <summary>The products alone.</summary>
    [Benchmark(Baseline = true)]
    public void Products()
    {
        using var noGrad = no_grad();
        for (long start = 0; start < Items * Q; start += Block)
        {
            using var scope = NewDisposeScope();
            _gallery.narrow(0, start, Block).mm(_queryMatrix);
        }
    }

    /// <summary>Our gallery, ten hits a query.</summary>
    [Benchmark]
    public async Task<int> LateInteraction() => (await _ours.SearchAsync(_queries))[0].Hits.Count;

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _gallery.Dispose();
        _queryMatrix.Dispose();
    }
}
