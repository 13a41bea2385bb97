namespace CoVR.Training;

/// <summary>The form of the weights files that a run leaves.</summary>
public enum WeightsFormat
{
    /// <summary><c>.safetensors</c> with the model's state dict.</summary>
    Safetensors,

    /// <summary><c>.pth</c> that Python's <c>torch.load(weights_only=True)</c> reads, with the state dict under <c>model</c> and the epoch, counted from 0, under <c>epoch</c>.</summary>
    Pth,

    /// <summary>The same content as <see cref="Pth"/> under the reference's names, which its <c>model.ckpt.path</c> loads: <c>ckpt_last.ckpt</c>, <c>ckpt_0.ckpt</c>, ….</summary>
    Ckpt,
}
