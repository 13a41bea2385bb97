using CoVR.Modeling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Fakes;

/// <summary>A composed encoder of a few hundred weights, with dropout so that resuming must restore the random state.</summary>
internal sealed class TinyEncoder : nn.Module, IComposedEncoder
{
    internal const int Size = 4;

    // The generator is the process's: of two ranks that are threads, one at a time seeds it and draws its weights.
    private static readonly Lock Seeding = new();
    private readonly Linear _vision;
    private readonly TorchSharp.Modules.Embedding _words;
    private readonly Linear _fusion;
    private readonly Linear _caption;
    private readonly Dropout _dropout;

    internal TinyEncoder(int seed, double dropout = 0.1, int vectors = 1)
        : base("tiny")
    {
        TestSupport.TorchEnvironment.Prepare();
        set_num_threads(1);
        Vectors = vectors;
        lock (Seeding)
        {
            manual_seed(seed);
            _vision = nn.Linear(3 * Size * Size, vectors * 8);
            _words = nn.Embedding(32, 8);
            _fusion = nn.Linear(16, 8);
            _caption = nn.Linear(8, 8);
        }

        _dropout = nn.Dropout(dropout);
        RegisterComponents();
    }

    public int Vectors { get; }

    public int Dimensions => 8;

    internal Linear Vision => _vision;

    public Tensor EncodeVisual(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return _vision.call(pixels.flatten(1)).view(pixels.shape[0], Vectors, 8).MoveToOuterDisposeScope();
    }

    public Tensor EncodeTarget(Tensor visualTokens) => nn.functional.normalize(visualTokens, dim: 2);

    public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both)
    {
        using var scope = NewDisposeScope();
        var text = Words(modification!).unsqueeze(1).expand(-1, Vectors, -1);
        var fused = _fusion.call(_dropout.call(cat([visualTokens!, text], 2)));
        return nn.functional.normalize(fused, dim: 2).MoveToOuterDisposeScope();
    }

    public Tensor EncodeCaption(TokenBatch caption)
    {
        using var scope = NewDisposeScope();
        return nn.functional.normalize(_caption.call(Words(caption)), dim: 1).MoveToOuterDisposeScope();
    }

    private Tensor Words(TokenBatch text)
    {
        using var scope = NewDisposeScope();
        var mask = text.MaskOn(CPU).to(float32).unsqueeze(2);
        return (_words.call(text.IdsOn(CPU)) * mask).sum(1).div(mask.sum(1)).MoveToOuterDisposeScope();
    }
}
