using TorchSharp;

namespace CoVR.Training;

/// <summary>One AdamW step for parameters of one device, by plain in-place tensor mathematics.</summary>
internal static class AdamWKernel
{
    internal static void Step(IReadOnlyList<AdamWSlot> slots, AdamWOptions options, double rate)
    {
        using Scalar one = 1;
        using Scalar decay = 1 - (rate * options.WeightDecay);
        using Scalar beta1 = options.Beta1;
        using Scalar beta2 = options.Beta2;
        using Scalar rest1 = 1 - options.Beta1;
        using Scalar rest2 = 1 - options.Beta2;
        using Scalar epsilon = options.Epsilon;
        foreach (var slot in slots)
        {
            using var scope = torch.NewDisposeScope();
            var gradient = slot.Parameter.grad!;
            var steps = slot.Step!.add_(one).cpu().item<float>();
            using Scalar size = -rate / (1 - Math.Pow(options.Beta1, steps));
            using Scalar correction = Math.Sqrt(1 - Math.Pow(options.Beta2, steps));
            slot.Parameter.mul_(decay);
            slot.Mean!.mul_(beta1).add_(gradient, rest1);
            slot.Square!.mul_(beta2).addcmul_(gradient, gradient, rest2);
            var root = slot.Square.sqrt().div_(correction).add_(epsilon);
            slot.Parameter.addcdiv_(slot.Mean, root, size);
        }
    }
}
