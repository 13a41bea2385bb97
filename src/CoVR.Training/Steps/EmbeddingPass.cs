using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>
/// Embeddings cut off from the graph that made them: the loss gives them gradients first, and these go on into the model
/// afterwards, in one piece or chunk by chunk. Owns its tensors.
/// </summary>
internal abstract class EmbeddingPass : IDisposable
{
    private readonly List<Tensor> _held = [];

    /// <summary>[B, D], a leaf that receives gradients.</summary>
    internal Tensor Queries { get; private set; } = null!;

    /// <summary>[B, D], a leaf when captions are learnt from; null without captions.</summary>
    internal Tensor? Captions { get; private set; }

    public void Dispose()
    {
        foreach (var tensor in _held)
        {
            tensor.Dispose();
        }

        _held.Clear();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds the gradients of a loss over the embeddings to those of the parameters.</summary>
    /// <param name="total">The loss.</param>
    /// <param name="factor">What it is multiplied with.</param>
    /// <param name="share">A further factor for gradients that reach the model: the number of ranks, since each has the part of its own rows and their mean is taken.</param>
    internal void Backward(Tensor total, double factor, int share)
    {
        using var scope = NewDisposeScope();
        using Scalar scale = factor;
        using Scalar ranks = share;
        (factor == 1 ? total : total.mul(scale)).backward();
        Backward(Queries.grad?.mul(ranks), Captions?.grad?.mul(ranks));
    }

    /// <summary>Carries gradients of the embeddings into the model.</summary>
    protected abstract void Backward(Tensor? queries, Tensor? captions);

    /// <summary>Keeps a tensor until the pass is disposed.</summary>
    protected Tensor Hold(Tensor tensor)
    {
        _held.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    protected void SetLeaves(Tensor queries, Tensor? captions, bool captionsLearn)
    {
        Queries = Hold(queries.detach().requires_grad_(true));
        Captions = captions is null ? null : Hold(captions.detach().requires_grad_(captionsLearn));
    }

    /// <summary>The scalar whose gradient is what the embeddings were given.</summary>
    protected static void Backward(Tensor embeddings, Tensor? gradient, Tensor? captions, Tensor? captionGradient)
    {
        using var scope = NewDisposeScope();
        Tensor?[] parts =
        [
            gradient is null || !embeddings.requires_grad ? null : embeddings.mul(gradient).sum(),
            captionGradient is null || captions is not { requires_grad: true } ? null : captions.mul(captionGradient).sum(),
        ];
        if (parts.OfType<Tensor>().ToList() is { Count: > 0 } sums)
        {
            sums.Aggregate((first, second) => first.add(second)).backward();
        }
    }
}
