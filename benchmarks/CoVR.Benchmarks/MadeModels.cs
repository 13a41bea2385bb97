using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Families;

namespace CoVR.Benchmarks;

/// <summary>Models with new weights, which nothing is downloaded for.</summary>
internal static class MadeModels
{
    /// <summary>30,522 tokens.</summary>
    public static IReadOnlyList<string> Vocabulary { get; } = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(5, 30_517).Select(i => $"word{i}")];

    /// <summary>BLIP with ViT-L/16 at 384 pixels for a 30,522-token vocabulary.</summary>
    public static ComposedModel Large(ModelPrecision precision) => Create(new ModelOptions
    {
        Precision = precision,
        Vocabulary = Vocabulary,
    });

    public static ComposedModel Create(ModelOptions options) => BlipArchitecture.Family.CreateAsync(options).AsTask().GetAwaiter().GetResult();
}
