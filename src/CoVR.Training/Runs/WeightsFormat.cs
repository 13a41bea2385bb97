namespace CoVR.Training;

/// <summary>The form of the weights files that a run leaves.</summary>
public enum WeightsFormat
{
    /// <summary><c>.safetensors</c> with the model's state dict.</summary>
    Safetensors,

    /// <summary><c>.pth</c> that Python's <c>torch.load(weights_only=True)</c> reads, with the state dict under <c>model</c> and the number of epochs under <c>epoch</c>.</summary>
    Pth,
}
