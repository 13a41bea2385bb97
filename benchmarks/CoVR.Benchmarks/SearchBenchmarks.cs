using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using CoVR.Retrieval;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace CoVR.Benchmarks;

/// <summary>Exact search over N x 256 against a plain scan of the same memory (one query) and plain matrix products.</summary>
public class SearchBenchmarks
{
    private const int D = 256;
    private const int Block = 4096;
    private float[] _memory = [];
    private MemoryGallery _ours = null!;
    private GalleryQuery[] _queries = [];
    private Tensor _gallery = null!;
    private Tensor _queryMatrix = null!;

    /// <summary>N.</summary>
    [Params(100_000, 1_000_000)]
    public int Items { get; set; }

    /// <summary>How many queries are asked at once.</summary>
    [Params(1, 100)]
    public int Queries { get; set; }

    /// <summary>Makes the gallery.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _memory = new float[(long)Items * D];
        _ours = RandomGallery.Fill(Similarities.MeanPooled, Remember(RandomGallery.Draw(Items, 1, D, seed: 1)));
        _queries = RandomGallery.Queries(Queries, 1, D);
        _gallery = torch.tensor(_memory, [Items, D]);
        _queryMatrix = torch.cat([.. _queries.Select(query => torch.tensor(query.Embedding.Values.ToArray(), [1, D]))]).t().contiguous();
    }

    /// <summary>Reads the gallery once from memory on all cores: no search can be faster for one query.</summary>
    [Benchmark]
    public float MemoryScan()
    {
        var sums = new float[Environment.ProcessorCount];
        Parallel.For(0, sums.Length, core =>
        {
            var share = _memory.Length / sums.Length;
            sums[core] = TensorPrimitives.Sum<float>(_memory.AsSpan(core * share, share));
        });
        return sums.Sum();
    }

    /// <summary>The products alone, without choosing the best.</summary>
    [Benchmark(Baseline = true)]
    public void Products()
    {
        using var noGrad = no_grad();
        for (long start = 0; start < Items; start += Block)
        {
            using var scope = NewDisposeScope();
            _gallery.narrow(0, start, Math.Min(Block, Items - start)).mm(_queryMatrix);
        }
    }

    /// <summary>Our gallery, ten hits a query.</summary>
    [Benchmark]
    public async Task<int> ExactSearch() => (await _ours.SearchAsync(_queries))[0].Hits.Count;

    /// <summary>Frees the tensors.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _gallery.Dispose();
        _queryMatrix.Dispose();
    }

    private IEnumerable<EmbeddingSet> Remember(IEnumerable<EmbeddingSet> items)
    {
        var at = 0;
        foreach (var item in items)
        {
            item.Values.Span.CopyTo(_memory.AsSpan(at++ * D));
            yield return item;
        }
    }
}
