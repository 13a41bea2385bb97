using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Reranking.Training;

/// <summary>AdamW (Loshchilov and Hutter, arXiv:1711.05101) over all parameters as one vector; gradients are clipped to the norm 1.</summary>
internal sealed class FlatAdamW : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.98;
    private const double Decay = 0.02;
    private const double Epsilon = 1e-8;
    private readonly TorchSharp.Modules.Parameter[] _parameters;

    public FlatAdamW(nn.Module module)
    {
        _parameters = [.. module.parameters()];
        var count = _parameters.Sum(parameter => parameter.numel());
        (Mean, Square) = (zeros(count, device: _parameters[0].device).DetachFromDisposeScope(), zeros(count, device: _parameters[0].device).DetachFromDisposeScope());
    }

    /// <summary>The moving mean of the gradients; changed in place.</summary>
    public Tensor Mean { get; }

    /// <summary>The moving mean of their squares; changed in place.</summary>
    public Tensor Square { get; }

    /// <summary>Updates the parameters from their gradients, which it removes.</summary>
    /// <param name="step">The one-based number of the step.</param>
    /// <param name="rate">The learning rate.</param>
    public void Step(int step, double rate)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var gradient = cat([.. _parameters.Select(parameter => parameter.grad!.flatten())]);
        gradient.div_(gradient.norm().clamp_min(1));
        Mean.mul_(Beta1).add_(gradient, 1 - Beta1);
        Square.mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
        var change = Mean.div(1 - Math.Pow(Beta1, step)).div_(Square.div(1 - Math.Pow(Beta2, step)).sqrt_().add_(Epsilon)).mul_(rate);
        var at = 0L;
        foreach (var parameter in _parameters)
        {
            parameter.mul_(1 - (rate * Decay)).sub_(change.narrow(0, at, parameter.numel()).view_as(parameter));
            parameter.grad!.zero_();
            at += parameter.numel();
        }
    }

    public void Dispose()
    {
        Mean.Dispose();
        Square.Dispose();
    }
}
