using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Trades time for memory in training: a module's activations are recomputed for the gradient.</summary>
/// <remarks>
/// Chen et al. 2016 (arXiv 1604.06174). The state of the random generator is kept with the input, so that dropout and
/// stochastic depth drop the same things the second time: gradients are those of the plain computation, bit for bit.
/// </remarks>
internal static class ActivationCheckpoint
{
    /// <summary>Whether a module will need a gradient.</summary>
    public static bool IsUseful(nn.Module module) => is_grad_enabled() && module.parameters().Any(parameter => parameter.requires_grad);

    /// <summary>Applies a module.</summary>
    /// <param name="module">The module; it must not be changed between the two passes.</param>
    /// <param name="input">Its input.</param>
    /// <returns>Its output.</returns>
    public static Tensor Apply(nn.Module<Tensor, Tensor> module, Tensor input)
    {
        using var scope = NewDisposeScope();
        var entry = input.requires_grad ? input : input.detach().requires_grad_();
        return Function.apply(entry, module).MoveToOuterDisposeScope();
    }

    private sealed class Function : autograd.SingleTensorFunction<Function>
    {
        private const string ModuleKey = "module";
        private const string PrecisionKey = "precision";
        private const string Exact = "exact";

        public override string Name => nameof(ActivationCheckpoint);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (input, module) = ((Tensor)vars[0], (nn.Module<Tensor, Tensor>)vars[1]);
            ctx.save_data(ModuleKey, module);
            ctx.save_data(PrecisionKey, (object?)Autocast.Current(input.device_type) ?? Exact);
            ctx.save_for_backward([input, get_rng_state()]);
            using var noGrad = no_grad();
            return module.call(input);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var module = (nn.Module<Tensor, Tensor>)ctx.get_data(ModuleKey);
            using var scope = NewDisposeScope();
            var input = saved[0].detach().requires_grad_();
            using (enable_grad())
            using (ctx.get_data(PrecisionKey) is ScalarType type ? Autocast.Enter(input.device_type, type) : null)
            {
                var now = get_rng_state();
                set_rng_state(saved[1]);
                var output = module.forward(input);
                set_rng_state(now);
                output.backward([grad_output]);
            }

            return [input.grad!.MoveToOuterDisposeScope(), null!];
        }
    }
}
