using CoVR.Blip;
using CoVR.Modeling.Families;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Demo;

/// <summary>BLIP: the text attends to the picture, and targets are embedded by the visual encoder alone.</summary>
internal sealed class SmallBlip : SmallModel
{
    private static readonly BlipArchitecture Architecture = new() { Image = Image, Vision = Vision, Text = Text, Dimensions = 64 };

    /// <inheritdoc/>
    public override string Title => "BLIP";

    /// <inheritdoc/>
    public override (int Pretraining, int Composition) Steps => (1100, 700);

    /// <inheritdoc/>
    public override ICoVRBuilder UseFresh(ICoVRBuilder pipeline, IReadOnlyList<string> vocabulary, int seed) => pipeline.UseBlip(options =>
    {
        Configure(options, vocabulary, null);
        options.Seed = (ulong)seed;
        options.Trainable = TrainableWeights.All;
        options.TrainVisualEncoder = true;
    });

    /// <inheritdoc/>
    public override ICoVRBuilder UsePretrained(ICoVRBuilder pipeline, IReadOnlyList<string> vocabulary, string pretrained) =>
        pipeline.UseBlip(options => Configure(options, vocabulary, pretrained));

    /// <inheritdoc/>
    public override ICoVRBuilder UseTrained(ICoVRBuilder pipeline, IReadOnlyList<string> vocabulary, string trained, string pretrained) =>
        pipeline.UseBlip(options => Configure(options, vocabulary, trained));

    private static void Configure(ModelOptions options, IReadOnlyList<string> vocabulary, string? checkpoint)
    {
        Configure(options, "quickstart-blip-32", vocabulary, checkpoint);
        options.Architecture = Architecture;
    }
}
