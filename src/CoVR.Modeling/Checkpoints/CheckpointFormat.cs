namespace CoVR.Modeling.Checkpoints;

/// <summary>The forms of weights files that can be read.</summary>
public enum CheckpointFormat
{
    /// <summary>What <c>torch.save</c> writes since PyTorch 1.6: a zip archive of a pickle and raw storages.</summary>
    TorchZip,

    /// <summary>What <c>torch.save</c> wrote before: pickles followed by raw storages.</summary>
    TorchLegacy,

    /// <summary>A JSON header followed by raw tensors.</summary>
    Safetensors,
}
