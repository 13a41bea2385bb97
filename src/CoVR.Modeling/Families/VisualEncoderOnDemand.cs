using CoVR.Modeling.Layers;
using static TorchSharp.torch;

namespace CoVR.Modeling.Families;

/// <summary>A visual encoder that is loaded at the first picture. Its weights are no part of the state dict. Safe for concurrent use.</summary>
/// <param name="options">Sizes and kinds.</param>
/// <param name="input">The pictures.</param>
/// <param name="create">Loads the encoder, on its device and in evaluation mode; called again after it has failed.</param>
internal sealed class VisualEncoderOnDemand(VisionTransformerOptions options, ImageInput input, Func<VisionTransformerModule> create) : nn.Module(nameof(VisualEncoderOnDemand)), IVisualEncoder
{
    private readonly Lock _gate = new();
    private volatile VisionTransformerModule? _module;

    public int Width => options.Width;

    public ImageInput Input => input;

    public Tensor Encode(Tensor pixels) => Require().Encode(pixels);

    /// <summary>Loads the encoder unless it is loaded.</summary>
    public VisionTransformerModule Require()
    {
        if (_module is { } loaded)
        {
            return loaded;
        }

        lock (_gate)
        {
            // On a thread of its own: the caller's dispose scope must not own the weights.
            return _module ??= Task.Factory.StartNew(create, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).GetAwaiter().GetResult();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _module?.Dispose();
        }

        base.Dispose(disposing);
    }
}
