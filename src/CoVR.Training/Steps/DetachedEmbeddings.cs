using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Steps;

/// <summary>
/// Embeddings detached from the graph that made them: the loss is differentiated with respect to them first, and their gradients
/// are then propagated into the model, all at once or chunk by chunk. Owns its tensors.
/// </summary>
internal abstract class DetachedEmbeddings : IDisposable
{
    private readonly List<Tensor> _held = [];

    /// <summary>[B, D], a leaf that receives gradients.</summary>
    internal Tensor Queries { get; private set; } = null!;

    /// <summary>[B, D], a leaf if captions are trained; null without captions.</summary>
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
    /// <param name="factor">Its factor.</param>
    /// <param name="ranks">The number of ranks: each rank has the gradients of its own rows only, and the ranks are averaged later.</param>
    internal void Backward(Tensor total, double factor, int ranks)
    {
        using var scope = NewDisposeScope();
        using Scalar scale = factor;
        using Scalar share = ranks;
        (factor == 1 ? total : total.mul(scale)).backward();
        Backward(Queries.grad?.mul(share), Captions?.grad?.mul(share));
    }

    /// <summary>Propagates the gradients of the embeddings into the model.</summary>
    protected abstract void Backward(Tensor? queries, Tensor? captions);

    /// <summary>Keeps a tensor until this object is disposed.</summary>
    protected Tensor Hold(Tensor tensor)
    {
        _held.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    protected void SetLeaves(Tensor queries, Tensor? captions, bool trainCaptions)
    {
        Queries = Hold(queries.detach().requires_grad_(true));
        Captions = captions is null ? null : Hold(captions.detach().requires_grad_(trainCaptions));
    }

    /// <summary>Propagates given gradients by differentiating Σ embedding x gradient.</summary>
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
