using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Optimization;

/// <summary>
/// The arithmetic of AdamW over a group of parameters: libtorch's fused kernel where it has one for the tensors' device,
/// else the same formula with TorchSharp's operators. Equal to PyTorch's <c>torch/optim/adamw.py</c> without AMSGrad.
/// </summary>
internal static class FusedAdamW
{
    /// <summary>Whether the fused kernel serves these parameters: contiguous floating point on one CPU or CUDA device.</summary>
    /// <param name="parameters">The parameters.</param>
    public static bool Serves(IReadOnlyList<Tensor> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters.Count > 0 && AtenDispatcher.IsAvailable &&
            parameters[0].device_type is DeviceType.CPU or DeviceType.CUDA &&
            parameters.All(parameter => parameter.is_contiguous() && parameter.dtype is ScalarType.Float32 or ScalarType.Float64 &&
                parameter.device_type == parameters[0].device_type && parameter.device_index == parameters[0].device_index);
    }

    /// <summary>Counts one step and updates parameters and moments in place. Not thread-safe for shared tensors.</summary>
    /// <param name="parameters">The weights; overwritten, without recording gradients.</param>
    /// <param name="gradients">One per parameter, of its shape and type; not changed.</param>
    /// <param name="moments">The optimizer state, one entry per parameter; overwritten.</param>
    /// <param name="settings">The numbers of the step.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or a tensor in shape, from its parameter.</exception>
    public static void Step(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<AdamWMoments> moments, AdamWSettings settings)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(gradients);
        ArgumentNullException.ThrowIfNull(moments);
        RequireMatch(parameters, gradients, moments);
        if (parameters.Count == 0)
        {
            return;
        }

        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        Count(moments);
        if (Serves(parameters) && Serves([.. moments.SelectMany(moment => new[] { moment.Mean, moment.MeanOfSquares })]))
        {
            Fused(parameters, [.. gradients.Select(gradient => gradient.contiguous())], moments, settings);
        }
        else
        {
            Composed(parameters, gradients, moments, settings);
        }
    }

    /// <summary>The formula with TorchSharp's operators; steps are already counted.</summary>
    internal static void Composed(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<AdamWMoments> moments, AdamWSettings settings)
    {
        using var decay = (1 - (settings.LearningRate * settings.WeightDecay)).ToScalar();
        using var beta1 = settings.Beta1.ToScalar();
        using var rest1 = (1 - settings.Beta1).ToScalar();
        using var beta2 = settings.Beta2.ToScalar();
        using var rest2 = (1 - settings.Beta2).ToScalar();
        using var epsilon = settings.Epsilon.ToScalar();
        for (var i = 0; i < parameters.Count; i++)
        {
            using var scope = NewDisposeScope();
            var (mean, squares, count) = moments[i];
            var step = count.to(ScalarType.Float64).item<double>();
            using var rate = (-settings.LearningRate / (1 - Math.Pow(settings.Beta1, step))).ToScalar();
            using var correction = (1 / Math.Sqrt(1 - Math.Pow(settings.Beta2, step))).ToScalar();
            parameters[i].mul_(decay);
            mean.mul_(beta1).add_(gradients[i], rest1);
            squares.mul_(beta2).addcmul_(gradients[i], gradients[i], rest2);
            parameters[i].addcdiv_(mean, squares.sqrt().mul_(correction).add_(epsilon), rate);
        }
    }

    private static void Fused(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<AdamWMoments> moments, AdamWSettings settings) =>
        AtenDispatcher.Call("aten::_fused_adamw_", string.Empty,
        [
            AtenDispatcher.List(parameters),
            AtenDispatcher.List(gradients),
            AtenDispatcher.List([.. moments.Select(moment => moment.Mean)]),
            AtenDispatcher.List([.. moments.Select(moment => moment.MeanOfSquares)]),
            AtenDispatcher.List([]),
            AtenDispatcher.List([.. moments.Select(moment => moment.Steps)]),
            settings.LearningRate,
            settings.Beta1,
            settings.Beta2,
            settings.WeightDecay,
            settings.Epsilon,
            false,
            false,
            AtenValue.None,
            AtenValue.None,
        ]);

    private static void Count(IReadOnlyList<AdamWMoments> moments)
    {
        using var one = 1f.ToScalar();
        foreach (var moment in moments)
        {
            moment.Steps.add_(one);
        }
    }

    private static void RequireMatch(IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<AdamWMoments> moments)
    {
        if (gradients.Count != parameters.Count || moments.Count != parameters.Count)
        {
            throw new ArgumentException($"The numbers of parameters ({parameters.Count}), gradients ({gradients.Count}) and moments ({moments.Count}) must be equal.");
        }

        for (var i = 0; i < parameters.Count; i++)
        {
            Require(parameters[i], gradients[i], "gradient", i);
            Require(parameters[i], moments[i].Mean, "mean", i);
            Require(parameters[i], moments[i].MeanOfSquares, "mean of squares", i);
            if (moments[i].Steps.numel() != 1 || moments[i].Steps.dtype != ScalarType.Float32)
            {
                throw new ArgumentException($"The step count of parameter {i} must be one 32-bit float.");
            }
        }
    }

    private static void Require(Tensor parameter, Tensor other, string what, int index)
    {
        if (other.dtype != parameter.dtype || !other.shape.AsSpan().SequenceEqual(parameter.shape))
        {
            throw new ArgumentException(
                $"The {what} of parameter {index} is {other.dtype} [{string.Join(", ", other.shape)}], the parameter {parameter.dtype} [{string.Join(", ", parameter.shape)}].");
        }
    }
}

/// <summary>The numbers of one AdamW step (Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019).</summary>
/// <param name="LearningRate">The step size, 0 or more.</param>
/// <param name="Beta1">Decay of the mean of gradients, in [0, 1).</param>
/// <param name="Beta2">Decay of the mean of squared gradients, in [0, 1).</param>
/// <param name="WeightDecay">The share of a weight, times the learning rate, that is subtracted from it; 0 or more.</param>
/// <param name="Epsilon">Added to the denominator; above 0.</param>
internal readonly record struct AdamWSettings(double LearningRate, double Beta1, double Beta2, double WeightDecay, double Epsilon);

/// <summary>The AdamW state of one parameter; the caller owns the tensors.</summary>
/// <param name="Mean">Decayed mean of gradients (PyTorch's <c>exp_avg</c>), of the parameter's shape and type.</param>
/// <param name="MeanOfSquares">Decayed mean of squared gradients (<c>exp_avg_sq</c>), of the parameter's shape and type.</param>
/// <param name="Steps">The number of steps taken (<c>step</c>): one 32-bit float on the parameter's device.</param>
internal sealed record AdamWMoments(torch.Tensor Mean, torch.Tensor MeanOfSquares, torch.Tensor Steps);
