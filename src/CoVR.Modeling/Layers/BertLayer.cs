using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Layers;

/// <summary>
/// One post-norm layer of a BERT with optional cross attention and optional feed-forward for queries. Keys:
/// <c>attention.*</c>, <c>crossattention.*</c>, <c>intermediate.*</c>, <c>output.*</c>, <c>intermediate_query.*</c>, <c>output_query.*</c>.
/// </summary>
/// <remarks>Reference: <c>src/model/blip/med.py</c>, <c>src/model/blip2/Qformer.py</c>. Safe for concurrent use in evaluation.</remarks>
internal sealed class BertLayer : nn.Module<Tensor, BertContext, Tensor>
{
    [ComponentName(Name = "attention")]
    private readonly BertAttention _attention;

    [ComponentName(Name = "crossattention")]
    private readonly BertAttention? _crossAttention;

    [ComponentName(Name = "intermediate")]
    private readonly BertIntermediate _intermediate;

    [ComponentName(Name = "output")]
    private readonly BertOutput _output;

    [ComponentName(Name = "intermediate_query")]
    private readonly BertIntermediate? _queryIntermediate;

    [ComponentName(Name = "output_query")]
    private readonly BertOutput? _queryOutput;

    /// <summary>Allocates a layer.</summary>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="index">Its zero-based index among the layers.</param>
    /// <param name="encoderWidth">Width of the tokens that cross attention attends to.</param>
    /// <param name="device">Where; null for the CPU.</param>
    public BertLayer(BertOptions options, int index, int encoderWidth, Device? device = null)
        : base(nameof(BertLayer))
    {
        ArgumentNullException.ThrowIfNull(options);
        _attention = new BertAttention(options, options.Width, device);
        if (options.CrossAttentionFrequency > 0 && index % options.CrossAttentionFrequency == 0)
        {
            _crossAttention = new BertAttention(options, encoderWidth, device);
        }

        _intermediate = new BertIntermediate(options, device);
        _output = new BertOutput(options, options.FeedForwardWidth, device);
        if (options.QueryFeedForward)
        {
            _queryIntermediate = new BertIntermediate(options, device);
            _queryOutput = new BertOutput(options, options.FeedForwardWidth, device);
        }

        RegisterComponents();
    }

    /// <summary>Applies the layer.</summary>
    /// <param name="hidden">[B, T, C], queries first; left as it is.</param>
    /// <param name="context">Masks and encoder tokens.</param>
    /// <returns>[B, T, C]; the caller's dispose scope owns it.</returns>
    public Tensor Apply(Tensor hidden, BertContext context) => call(hidden, context);

    /// <inheritdoc cref="Apply(Tensor, BertContext)"/>
    public override Tensor forward(Tensor hidden, BertContext context)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(context);
        using var scope = NewDisposeScope();
        var attended = context.Cache is { } cache ? _attention.Continue(hidden, hidden, context.SelfMask, cache) : _attention.call(hidden, hidden, context.SelfMask);
        var output = _queryIntermediate is null || _queryOutput is null
            ? Finish(LookAcross(attended, context), _intermediate, _output)
            : ApplyToQueriesAndText(attended, context, _queryIntermediate, _queryOutput);
        return output.MoveToOuterDisposeScope();
    }

    private static Tensor Finish(Tensor attended, BertIntermediate intermediate, BertOutput output) =>
        output.call(intermediate.call(attended), attended);

    private Tensor ApplyToQueriesAndText(Tensor attended, BertContext context, BertIntermediate intermediate, BertOutput output)
    {
        var text = attended.shape[1] - context.Queries;
        if (context.Queries == 0)
        {
            return Finish(attended, _intermediate, _output);
        }

        var queries = Finish(LookAcross(attended.narrow(1, 0, context.Queries), context), intermediate, output);
        return text == 0
            ? queries
            : cat([queries, Finish(attended.narrow(1, context.Queries, text), _intermediate, _output)], 1);
    }

    private Tensor LookAcross(Tensor attended, BertContext context) =>
        _crossAttention is null || context.Encoder is null
            ? attended
            : context.Cache is { } cache ? _crossAttention.Continue(attended, context.Encoder, context.EncoderMask, cache)
            : _crossAttention.call(attended, context.Encoder, context.EncoderMask);
}
