using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>Attention with its output norm: to the text itself, or to an encoder. Keys: <c>self.{query,key,value}.*</c>, <c>output.{dense,LayerNorm}.*</c>.</summary>
internal sealed class BertAttention : nn.Module<Tensor, Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "self")]
    private readonly Projections _projections;

    [ComponentName(Name = "output")]
    private readonly BertOutput _output;

    /// <summary>Allocates an attention whose keys and values come from tokens of a width.</summary>
    public BertAttention(BertOptions options, int sourceWidth, Device? device)
        : base(nameof(BertAttention))
    {
        _projections = new Projections(options, sourceWidth, device);
        _output = new BertOutput(options, options.Width, device);
        RegisterComponents();
    }

    /// <summary>Attends from hidden states [B, T, C] to a source [B, S, source width].</summary>
    public override Tensor forward(Tensor hidden, Tensor source, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        return _output.call(_projections.call(hidden, source, mask), hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Attends from tokens that follow those of a cache.</summary>
    /// <param name="hidden">[B, T, C].</param>
    /// <param name="source">The same, which joins the cache; or what the text looks at, [B, S, source width], read once.</param>
    /// <param name="mask">Added to the scores; may be null.</param>
    /// <param name="cache">Earlier keys and values.</param>
    public Tensor Continue(Tensor hidden, Tensor source, Tensor? mask, KeyValueCache cache)
    {
        using var scope = NewDisposeScope();
        return _output.call(_projections.Continue(hidden, source, mask, cache), hidden).MoveToOuterDisposeScope();
    }

    private sealed class Projections : nn.Module<Tensor, Tensor, Tensor?, Tensor>
    {
        private readonly int _heads;
        private readonly double _dropout;

        [ComponentName(Name = "query")]
        private readonly Linear _query;

        [ComponentName(Name = "key")]
        private readonly Linear _key;

        [ComponentName(Name = "value")]
        private readonly Linear _value;

        public Projections(BertOptions options, int sourceWidth, Device? device)
            : base(nameof(Projections))
        {
            (_heads, _dropout) = (options.Heads, options.AttentionDropout);
            _query = new Linear(options.Width, options.Width, device: device);
            _key = new Linear(sourceWidth, options.Width, device: device);
            _value = new Linear(sourceWidth, options.Width, device: device);
            RegisterComponents();
        }

        public override Tensor forward(Tensor hidden, Tensor source, Tensor? mask)
        {
            var query = Attention.SplitHeads(_query.call(hidden), _heads);
            var key = Attention.SplitHeads(_key.call(source), _heads);
            var value = Attention.SplitHeads(_value.call(source), _heads);
            return Attention.Attend(query, key, value, mask, training ? _dropout : 0);
        }

        public Tensor Continue(Tensor hidden, Tensor source, Tensor? mask, KeyValueCache cache)
        {
            using var scope = NewDisposeScope();
            var query = Attention.SplitHeads(_query.call(hidden), _heads);
            var (key, value) = !ReferenceEquals(hidden, source) && cache.Find(this) is { } known
                ? known
                : cache.Add(this, Attention.SplitHeads(_key.call(source), _heads), Attention.SplitHeads(_value.call(source), _heads));
            return Attention.Attend(query, key, value, mask, 0).MoveToOuterDisposeScope();
        }
    }
}
