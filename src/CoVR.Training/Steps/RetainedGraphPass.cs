using CoVR.Training.Batches;
using static TorchSharp.torch;

namespace CoVR.Training.Steps;

/// <summary>A batch encoded once, whose graph is kept for the gradients.</summary>
internal sealed class RetainedGraphPass : DetachedEmbeddings
{
    private readonly Tensor _queries;
    private readonly Tensor? _captions;

    internal RetainedGraphPass(BatchEncoder encoder, ComposedBatch batch)
    {
        using var scope = NewDisposeScope();
        var rows = new BatchRows(0, batch.Triplets.Count);
        _queries = Hold(encoder.Queries(batch, rows, encoder.VisualTokens(batch, rows)));
        _captions = encoder.Captions(batch, rows) is { } captions ? Hold(captions) : null;
        SetLeaves(_queries, _captions, BatchEncoder.TrainsCaptions(batch));
    }

    protected override void Backward(Tensor? queries, Tensor? captions) => Backward(_queries, queries, _captions, captions);
}
