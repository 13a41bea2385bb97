namespace CoVR.Training;

/// <summary>The arithmetic of the model in training; weights, gradients, losses and the optimiser stay in 32 bits.</summary>
public enum TrainingPrecision
{
    /// <summary>32-bit floats throughout (<c>32-true</c>).</summary>
    Float32,

    /// <summary>Products in bfloat16, what needs precision in 32 bits (<c>bf16-mixed</c>).</summary>
    BFloat16Mixed,

    /// <summary>Products in 16-bit floats with scaled losses (<c>16-mixed</c>).</summary>
    Float16Mixed,
}
