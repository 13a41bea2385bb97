using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>A batch that is encoded once, with its graph kept until the gradients come.</summary>
internal sealed class GraphEmbeddings : EmbeddingPass
{
    private readonly Tensor _queries;
    private readonly Tensor? _captions;

    internal GraphEmbeddings(BatchEncoder encoder, ComposedBatch batch)
    {
        using var scope = NewDisposeScope();
        var rows = new BatchRows(0, batch.Triplets.Count);
        _queries = Hold(encoder.Queries(batch, rows, encoder.VisualTokens(batch, rows)));
        _captions = encoder.Captions(batch, rows) is { } captions ? Hold(captions) : null;
        SetLeaves(_queries, _captions, encoder.CaptionsHaveGradients(batch));
    }

    protected override void Backward(Tensor? queries, Tensor? captions) => Backward(_queries, queries, _captions, captions);
}
