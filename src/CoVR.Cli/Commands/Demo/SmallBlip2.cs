using CoVR.Blip2;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Demo;

/// <summary>BLIP-2: a learnt query attends to picture and text. The Q-Former embeds targets too, so those stay with the weights that the queries were trained against.</summary>
internal sealed class SmallBlip2 : SmallModel
{
    private static readonly Blip2Architecture Architecture = new()
    {
        Image = Image,
        Vision = Vision with { KeyBias = false, FinalNorm = false },
        Text = Text with { PaddingIndex = null, CrossAttentionFrequency = 1, QueryFeedForward = true, InitializerRange = 0.12 },
        Queries = 1,
        Dimensions = 64,
    };

    /// <inheritdoc/>
    public override string Title => "BLIP-2";

    /// <inheritdoc/>
    /// <remarks>More than BLIP's: pictures reach the embedding through the Q-Former alone.</remarks>
    public override (int Pretraining, int Composition) Steps => (1400, 1000);

    /// <inheritdoc/>
    public override ICoVRBuilder UseFresh(ICoVRBuilder pipeline, IReadOnlyList<string> vocabulary, int seed) => pipeline.UseBlip2(options =>
    {
        Configure(options, vocabulary, null);
        options.Seed = (ulong)seed;
    });

    /// <inheritdoc/>
    /// <remarks>
    /// All weights that receive a gradient: the words of edits occur in no caption, so their vectors are learnt here. The
    /// visual encoder receives none, because its tokens are computed beforehand.
    /// </remarks>
    public override ICoVRBuilder UsePretrained(ICoVRBuilder pipeline, IReadOnlyList<string> vocabulary, string pretrained) =>
        pipeline.UseBlip2(options => Configure(options, vocabulary, pretrained));

    /// <inheritdoc/>
    public override ICoVRBuilder UseTrained(ICoVRBuilder pipeline, IReadOnlyList<string> vocabulary, string trained, string pretrained) => pipeline.UseBlip2(options =>
    {
        Configure(options, vocabulary, trained);
        options.TargetCheckpoint = pretrained;
    });

    private static void Configure(ModelOptions options, IReadOnlyList<string> vocabulary, string? checkpoint)
    {
        Configure(options, "quickstart-blip2-32", vocabulary, checkpoint);
        options.Architecture = Architecture;
        options.Trainable = TrainableWeights.All;
        options.TrainVisualEncoder = true;
    }
}
