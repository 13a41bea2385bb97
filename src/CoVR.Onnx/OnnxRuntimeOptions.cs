using System.ComponentModel.DataAnnotations;

namespace CoVR.Onnx;

/// <summary>Where and how ONNX Runtime computes.</summary>
public sealed class OnnxRuntimeOptions
{
    /// <summary>
    /// The execution provider: <c>CPU</c>, <c>CUDA</c>, <c>TensorRT</c>, <c>DML</c> (DirectML), <c>CoreML</c>, or another that the host's package brings. What it cannot compute, the processor computes.
    /// </summary>
    /// <value><c>CPU</c>.</value>
    [Required(AllowEmptyStrings = false)]
    public string Provider { get; set; } = OnnxVisualEngine.Cpu;

    /// <summary>The provider's own options by name, for example <c>device_id</c>. On CUDA <c>use_tf32</c> is off unless it is set here: with it, results differ by more than 1e-4.</summary>
    public IDictionary<string, string> ProviderOptions { get; } = new Dictionary<string, string>();

    /// <summary>How many threads compute a call.</summary>
    /// <value>Null: as many as libtorch uses when the model is loaded.</value>
    [Range(1, 1024)]
    public int? Threads { get; set; }
}
