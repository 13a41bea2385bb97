using CoVR.Training.Batches;
using CoVR.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Steps;

/// <summary>
/// A batch encoded chunk by chunk without a graph, and once more with a graph when the gradients of its embeddings are known:
/// the memory of one chunk, the gradients of the whole batch.
/// </summary>
/// <remarks>
/// Gao, Zhang, Han and Callan, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup" (GradCache,
/// arXiv:2101.06983, section 3.2). Each chunk has its own seeds, used in both passes, so that dropout and stochastic depth draw the
/// same on every device; the generator state of a GPU cannot be read and restored.
/// </remarks>
internal sealed class GradCachePass : DetachedEmbeddings
{
    private readonly BatchEncoder _encoder;
    private readonly ComposedBatch _batch;
    private readonly bool _keepTokens;
    private readonly List<Chunk> _chunks = [];
    private readonly bool _trainCaptions;

    internal GradCachePass(BatchEncoder encoder, ComposedBatch batch, int chunkSize, bool keepTokens)
    {
        (_encoder, _batch, _keepTokens) = (encoder, batch, keepTokens && batch.VisualTokens is null);
        _trainCaptions = BatchEncoder.TrainsCaptions(batch);
        using var scope = NewDisposeScope();
        BatchRows[] chunks = [.. BatchRows.Chunks(batch.Triplets.Count, chunkSize)];
        var seeds = RandomState.DrawSeeds(2 * chunks.Length);
        List<Tensor> queries = [];
        List<Tensor> captions = [];
        RandomState.Keep(() =>
        {
            for (var i = 0; i < chunks.Length; i++)
            {
                Encode(chunks[i], seeds[2 * i], seeds[(2 * i) + 1], queries, captions);
            }
        });
        SetLeaves(cat(queries, 0), captions.Count == 0 ? null : cat(captions, 0), _trainCaptions);
    }

    protected override void Backward(Tensor? queries, Tensor? captions) => RandomState.Keep(() =>
    {
        foreach (var chunk in _chunks)
        {
            using var scope = NewDisposeScope();
            var tokens = chunk.Tokens ?? VisualTokens(chunk.Rows, chunk.VisualSeed);
            RandomState.Seed(chunk.TextSeed);
            var embedded = _encoder.Queries(_batch, chunk.Rows, tokens);
            var captioned = _trainCaptions ? _encoder.Captions(_batch, chunk.Rows) : null;
            Backward(embedded, Part(queries, chunk.Rows), captioned, Part(captions, chunk.Rows));
        }
    });

    private void Encode(BatchRows rows, long visualSeed, long textSeed, List<Tensor> queries, List<Tensor> captions)
    {
        using var scope = NewDisposeScope();
        Tensor? tokens;
        using (set_grad_enabled(_keepTokens))
        {
            tokens = VisualTokens(rows, visualSeed);
        }

        using var _ = no_grad();
        var kept = _keepTokens && tokens is { requires_grad: false } ? Hold(tokens) : null;
        RandomState.Seed(textSeed);
        queries.Add(_encoder.Queries(_batch, rows, tokens?.detach()).MoveToOuterDisposeScope());
        if (_encoder.Captions(_batch, rows) is { } captioned)
        {
            captions.Add(captioned.MoveToOuterDisposeScope());
        }

        _chunks.Add(new Chunk(rows, visualSeed, textSeed, kept));
    }

    private Tensor? VisualTokens(BatchRows rows, long seed)
    {
        RandomState.Seed(seed);
        return _encoder.VisualTokens(_batch, rows);
    }

    private static Tensor? Part(Tensor? gradient, BatchRows rows) => gradient?.narrow(0, rows.Start, rows.Count);

    /// <summary>Rows, the seeds of both parts of their encoding, and their visual tokens if they are kept.</summary>
    private sealed record Chunk(BatchRows Rows, long VisualSeed, long TextSeed, Tensor? Tokens);
}
