namespace CoVR.Modeling.Checkpoints;

/// <summary>How <see cref="CheckpointConverter"/> converts.</summary>
public sealed class ConversionOptions
{
    /// <summary>The dictionary that holds the state dict in <c>.pth</c> and <c>.ckpt</c> files; empty for the top.</summary>
    /// <value>
    /// Null: to safetensors, <c>model</c> where the file has it, else the top; to <c>.pth</c>, what the safetensors file was made from, else the top.
    /// </value>
    public string? Root { get; init; }

    /// <summary>Whether every tensor of the new file is compared with the old one, bit for bit, before it takes its place.</summary>
    /// <value>True.</value>
    public bool Verify { get; init; } = true;
}
