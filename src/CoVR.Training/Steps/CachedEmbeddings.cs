using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>
/// A batch that is encoded chunk by chunk without a graph, and once more with a graph when the gradients of its embeddings are
/// known: memory for one chunk, gradients of the whole batch.
/// </summary>
/// <remarks>
/// Gao, Zhang, Han and Callan, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup" (GradCache,
/// arXiv:2101.06983, section 3.2). The random state of each chunk is put back for its second pass, so that dropout and
/// stochastic depth draw the same.
/// </remarks>
internal sealed class CachedEmbeddings : EmbeddingPass
{
    private readonly BatchEncoder _encoder;
    private readonly ComposedBatch _batch;
    private readonly bool _keepsTokens;
    private readonly List<Chunk> _chunks = [];
    private readonly bool _captionsLearn;
    private readonly Dictionary<string, Tensor> _after;

    internal CachedEmbeddings(BatchEncoder encoder, ComposedBatch batch, int chunkSize, bool keepsTokens)
    {
        (_encoder, _batch, _keepsTokens) = (encoder, batch, keepsTokens && batch.VisualTokens is null);
        _captionsLearn = encoder.CaptionsHaveGradients(batch);
        using var scope = NewDisposeScope();
        List<Tensor> queries = [];
        List<Tensor> captions = [];
        foreach (var rows in BatchRows.Chunks(batch.Triplets.Count, chunkSize))
        {
            Encode(rows, queries, captions);
        }

        _after = HeldRandomState();
        SetLeaves(cat(queries, 0), captions.Count == 0 ? null : cat(captions, 0), _captionsLearn);
    }

    protected override void Backward(Tensor? queries, Tensor? captions)
    {
        foreach (var chunk in _chunks)
        {
            using var scope = NewDisposeScope();
            RandomState.Restore(chunk.Random);
            var embedded = _encoder.Queries(_batch, chunk.Rows, chunk.Tokens ?? _encoder.VisualTokens(_batch, chunk.Rows));
            var captioned = _captionsLearn ? _encoder.Captions(_batch, chunk.Rows) : null;
            Backward(embedded, Part(queries, chunk.Rows), captioned, Part(captions, chunk.Rows));
        }

        RandomState.Restore(_after);
    }

    private void Encode(BatchRows rows, List<Tensor> queries, List<Tensor> captions)
    {
        using var scope = NewDisposeScope();
        var random = HeldRandomState();
        Tensor? kept = null;
        Tensor? tokens;
        using (set_grad_enabled(_keepsTokens))
        {
            tokens = _encoder.VisualTokens(_batch, rows);
        }

        using var _ = no_grad();
        if (_keepsTokens && tokens is { requires_grad: false })
        {
            (kept, random) = (Hold(tokens), HeldRandomState());
        }

        queries.Add(_encoder.Queries(_batch, rows, tokens?.detach()).MoveToOuterDisposeScope());
        if (_encoder.Captions(_batch, rows) is { } captioned)
        {
            captions.Add(captioned.MoveToOuterDisposeScope());
        }

        _chunks.Add(new Chunk(rows, random, kept));
    }

    private Dictionary<string, Tensor> HeldRandomState()
    {
        var states = RandomState.Capture();
        foreach (var state in states.Values)
        {
            Hold(state);
        }

        return states;
    }

    private static Tensor? Part(Tensor? gradient, BatchRows rows) => gradient?.narrow(0, rows.Start, rows.Count);

    /// <summary>Rows with the random state before their (remaining) encoding.</summary>
    private sealed record Chunk(BatchRows Rows, Dictionary<string, Tensor> Random, Tensor? Tokens);
}
