using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>Gives a module weights that keep its numbers in an ordinary range.</summary>
internal static class RandomWeights
{
    /// <summary>Draws every parameter from a normal distribution of deviation 0.02.</summary>
    /// <param name="module">The module.</param>
    public static void Fill(nn.Module module)
    {
        using var noGrad = no_grad();
        foreach (var parameter in module.parameters())
        {
            nn.init.normal_(parameter, 0, 0.02);
        }
    }
}
