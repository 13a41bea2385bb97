using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Native;
using CoVR.Modeling.Text;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace CoVR.Blip;

/// <summary>The sizes of a BLIP model; use <c>with</c> to derive smaller ones from the published ones.</summary>
public sealed record BlipArchitecture : ComposedArchitecture
{
    /// <summary>Starts with ViT-L/16 at 384 pixels, BERT-base with cross attention in every layer and 256 dimensions.</summary>
    public BlipArchitecture()
        : base(ImageInput.Clip(384), new VisionTransformerOptions(), new BertOptions())
    {
    }

    /// <summary>
    /// BLIP: its published models and how to create them. The variants are <c>large</c> (ViT-L/16 at 384 pixels, BLIP's retrieval model fine-tuned on COCO, where the reference starts from), <c>large-covr</c>
    /// (the same trained on WebVid-CoVR) and <c>base</c> (ViT-B/16 at 384 pixels, fine-tuned on COCO).
    /// </summary>
    public static ModelFamily Family => BlipBuilderExtensions.Family;

    /// <summary>BLIP with ViT-L/16 at 384 pixels: the model of the papers.</summary>
    public static BlipArchitecture Large { get; } = new();

    /// <summary>BLIP with ViT-B/16 at 384 pixels, without stochastic depth.</summary>
    public static BlipArchitecture Base { get; } = new()
    {
        Vision = new VisionTransformerOptions { Width = 768, Depth = 12, Heads = 12, FeedForwardWidth = 3072, DropPath = 0 },
    };

    /// <summary>
    /// Loads a captioning model of BLIP, such as <c>model_base_caption_capfilt_large.pth</c>, as a function that describes a picture in a few words, each time the most probable one.
    /// </summary>
    /// <param name="checkpoint">The file; it holds <c>visual_encoder.*</c> and <c>text_decoder.*</c>.</param>
    /// <param name="vocabulary">The vocabulary of bert-base-uncased, one token a line.</param>
    /// <param name="architecture">Sizes; null for <see cref="Base"/>, whose vocabulary is that of the file.</param>
    /// <returns>Safe for several threads. The weights are released when the function is garbage collected.</returns>
    /// <exception cref="CoVRException">The file is not a captioning model of these sizes.</exception>
    /// <exception cref="InvalidDataException">The vocabulary is at fault.</exception>
    public static Func<RgbFrame, string> LoadCaptioner(string checkpoint, string vocabulary, BlipArchitecture? architecture = null)
    {
        NativeTorch.EnsureLoaded();
        string[] tokens = [.. File.ReadLines(vocabulary), BertTextTokenizer.DecToken, BertTextTokenizer.EncToken];
        var tokenizer = BertTextTokenizer.Load(vocabulary, [BertTextTokenizer.DecToken, BertTextTokenizer.EncToken]);
        architecture ??= Base;
        var model = new CaptionModel(architecture.Text.VocabularySize > 0 ? architecture : architecture with { Text = architecture.Text with { VocabularySize = tokenizer.VocabularySize } });
        Checkpoint.Load(model, checkpoint, CaptionModel.Keys);
        model.eval();
        var (transform, prompt) = (ImageTransforms.Evaluation(model.Input), CaptionModel.PromptIds(tokenizer, tokenizer.DecId!.Value));
        return frame =>
        {
            var (side, values) = (model.Input.Size, new float[3 * model.Input.Size * model.Input.Size]);
            transform.Apply(frame, new Random(0), values);
            using var pixels = torch.tensor(values).view(1, 3, side, side);
            return model.Describe(pixels, tokens, prompt, tokenizer.SepId);
        };
    }

    /// <summary>The id that replaces [CLS] when a text is read together with a picture; null for the last of the vocabulary.</summary>
    /// <value>Null: [ENC] is the last.</value>
    public int? EncoderToken { get; init; }

    /// <summary>Whether there is a projection of targets, <c>vision_proj</c>.</summary>
    /// <value>True; the reference's text-only variant has none, and then targets cannot be embedded.</value>
    public bool VisionHead { get; init; } = true;

    /// <summary>Whether the temperature is a parameter, <c>temp</c>.</summary>
    /// <value>False; the reference's embedding tool has it.</value>
    public bool TemperatureParameter { get; init; }
}
