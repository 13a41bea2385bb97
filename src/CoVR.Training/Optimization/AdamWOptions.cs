using System.ComponentModel.DataAnnotations;

namespace CoVR.Training;

/// <summary>The numbers of <see cref="AdamWOptimizer"/>; PyTorch's defaults except for the weight decay, which is the reference's.</summary>
public sealed record AdamWOptions
{
    /// <summary>Decay of the mean of gradients, in [0, 1).</summary>
    /// <value>0.9.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta1 { get; set; } = 0.9;

    /// <summary>Decay of the mean of squared gradients, in [0, 1).</summary>
    /// <value>0.999.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta2 { get; set; } = 0.999;

    /// <summary>Added to the root of the mean square, above 0.</summary>
    /// <value>1e-8.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>Decoupled weight decay of every parameter, biases and norms included unless <see cref="DecayBiasesAndNorms"/> says otherwise; not negative.</summary>
    /// <value>0.05, as <c>configs/model/optimizer/adamw.yaml</c> of the reference.</value>
    [Range(0.0, 1000.0)]
    public double WeightDecay { get; set; } = 0.05;

    /// <summary>Whether parameters of fewer than two dimensions (biases, and the scales of norms) decay too.</summary>
    /// <value>True, as in the reference: one group of parameters. False is the custom of most other trainings.</value>
    public bool DecayBiasesAndNorms { get; set; } = true;
}
