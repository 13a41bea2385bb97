using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Onnx.Tests;

/// <summary>Models of a few thousand parameters with vision transformers of every kind that ONNX Runtime runs.</summary>
internal static class SmallModels
{
    public static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue", "circle", "square", "make", "it"];

    private static readonly BertOptions Text = new() { VocabularySize = 0, Width = 24, Depth = 2, Heads = 3, FeedForwardWidth = 48, MaxPositions = 40 };

    /// <summary>The kinds of vision transformers.</summary>
    public static TheoryData<string> Kinds => ["blip", "blip-stem", "blip-unbiased", "eva", "clip"];

    /// <summary>The transformer of a kind.</summary>
    public static VisionTransformerOptions Vision(string kind)
    {
        var small = new VisionTransformerOptions { PatchSize = 4, Width = 32, Depth = 3, Heads = 4, FeedForwardWidth = 80, InitializerRange = 0.2 };
        return kind switch
        {
            "blip-stem" => small with { ConvolutionalStem = true, SinCosPositions = true },
            "blip-unbiased" => small with { QkvBias = false },
            "eva" => small with { PatchSize = 14, Width = 44, KeyBias = false, FinalNorm = false, DepthScaledInitialization = true },
            "clip" => small with { PatchSize = 14, ClipLayout = true, QuickGelu = true, FinalNorm = false, NormEpsilon = 1e-5 },
            _ => small,
        };
    }

    /// <summary>Options of a model whose weights a seed gives.</summary>
    public static ModelOptions Options(string kind, int size, ModelPrecision precision = ModelPrecision.Float32) => new()
    {
        Architecture = kind is "eva" or "clip"
            ? new Blip2Architecture { Image = ImageInput.Clip(size), Dimensions = 8, Queries = 3, Vision = Vision(kind), Text = new Blip2Architecture().Text with { VocabularySize = 0, Width = 24, Depth = 2, Heads = 3, FeedForwardWidth = 48, MaxPositions = 40 } }
            : new BlipArchitecture { Image = ImageInput.Clip(size), Dimensions = 8, Vision = Vision(kind), Text = Text },
        Vocabulary = Vocabulary,
        Seed = 7,
        Precision = precision,
    };

    /// <summary>A model that libtorch computes.</summary>
    public static ComposedModel Torch(string kind, int size) => Create(Options(kind, size));

    /// <summary>The same model with its visual encoder in ONNX Runtime.</summary>
    public static ComposedModel Onnx(string kind, int size, ModelPrecision precision = ModelPrecision.Float32, OnnxRuntimeOptions? engine = null)
    {
        var options = Options(kind, size, precision);
        options.VisualEngine = new OnnxVisualEngine(engine).Convert;
        return Create(options);
    }

    public static ComposedModel Create(ModelOptions options) =>
        (options.Architecture is Blip2Architecture ? Blip2Architecture.Family : BlipArchitecture.Family).CreateAsync(options).AsTask().GetAwaiter().GetResult();

    /// <summary>A vision transformer of a model, plain, as an engine gets it.</summary>
    public static IVisualEncoder VisualOf(ComposedModel model) => ((ComposedFamilyEncoder)model.Encoder).Visual;

    public static Tensor Pixels(int count, int size, ulong seed = 3)
    {
        using var generator = new Generator(seed);
        return empty([count, 3, size, size]).normal_(0, 1, generator);
    }
}
