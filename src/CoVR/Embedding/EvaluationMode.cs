using CoVR.Modeling;
using CoVR.Modeling.Native;

namespace CoVR.Embedding;

/// <summary>Puts a model into evaluation mode and, if it was being trained, back into training mode at the end.</summary>
internal sealed class EvaluationMode : IDisposable
{
    private readonly TorchSharp.torch.nn.Module? _trained;

    private EvaluationMode(TorchSharp.torch.nn.Module? trained) => _trained = trained;

    public static EvaluationMode Enter(ComposedModel model)
    {
        NativeTorch.EnsureLoaded();
        var trained = model.Module is { training: true } module ? module : null;
        trained?.eval();
        return new EvaluationMode(trained);
    }

    public void Dispose() => _trained?.train();
}
