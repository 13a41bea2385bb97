using CoVR.Modeling.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = TorchSharp.Modules.LayerNorm;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Blip2;

/// <summary>
/// The head that predicts words, kept because released files hold it. Keys: <c>predictions.bias</c>,
/// <c>predictions.transform.{dense,LayerNorm}.*</c>; its weight is the word embedding, which the <see cref="QFormer"/> lists.
/// </summary>
internal sealed class LanguageHead : nn.Module
{
    [ComponentName(Name = "predictions")]
    private readonly Predictions _predictions;

    public LanguageHead(BertOptions options, Device? device)
        : base(nameof(LanguageHead))
    {
        _predictions = new Predictions(options, device);
        RegisterComponents();
    }

    /// <summary>[vocabulary]; owned by the head.</summary>
    public Tensor Bias => _predictions.Bias;

    /// <summary>Initializes what is not a linear layer.</summary>
    public void Initialize()
    {
        using var noGrad = no_grad();
        Bias.zero_();
    }

    private sealed class Predictions : nn.Module
    {
        [ComponentName(Name = "bias")]
        private Parameter _bias;

        [ComponentName(Name = "transform")]
        private readonly Transform _transform;

        public Predictions(BertOptions options, Device? device)
            : base(nameof(Predictions))
        {
            _bias = new Parameter(zeros([options.VocabularySize], device: device));
            _transform = new Transform(options, device);
            RegisterComponents();
            _bias.DetachFromDisposeScope();
        }

        public Tensor Bias => _bias;
    }

    private sealed class Transform : nn.Module
    {
        [ComponentName(Name = "dense")]
        private readonly Linear _dense;

        [ComponentName(Name = "LayerNorm")]
        private readonly LayerNorm _norm;

        public Transform(BertOptions options, Device? device)
            : base(nameof(Transform))
        {
            _dense = new Linear(options.Width, options.Width, device: device);
            _norm = nn.LayerNorm(options.Width, options.NormEpsilon, device: device);
            RegisterComponents();
        }
    }
}
