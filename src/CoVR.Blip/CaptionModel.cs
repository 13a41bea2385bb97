using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Blip;

/// <summary>
/// BLIP's captioning model: a picture to a text. Its keys are those of the published files without what nests there: <c>visual_encoder.*</c>, <c>bert.*</c> (of
/// <c>text_decoder.bert.*</c>), and <c>dense.*</c>, <c>LayerNorm.*</c>, <c>decoder.*</c> (of <c>text_decoder.cls.predictions.*</c>).
/// </summary>
/// <remarks>Li et al. 2022 (arXiv 2201.12086); reference: <c>BLIP_Decoder</c> of salesforce/BLIP, <c>models/blip.py</c> and <c>models/med.py</c>. Safe for concurrent use.</remarks>
internal sealed class CaptionModel : nn.Module
{
    private const string Prompt = "a picture of ";
    private const string Continuation = "##";

    [ComponentName(Name = "visual_encoder")]
    private readonly IVisualEncoder _visual;

    [ComponentName(Name = "bert")]
    private readonly BertModel _text;

    [ComponentName(Name = "dense")]
    private readonly Linear _dense;

    [ComponentName(Name = "LayerNorm")]
    private readonly TorchSharp.Modules.LayerNorm _norm;

    [ComponentName(Name = "decoder")]
    private readonly Linear _words;

    /// <summary>Allocates a model; the values are unset.</summary>
    /// <param name="architecture">Sizes.</param>
    public CaptionModel(BlipArchitecture architecture)
        : base(nameof(CaptionModel))
    {
        var text = architecture.Text;
        _visual = BlipEncoder.CreateVisualEncoder(architecture);
        _text = new BertModel(text, _visual.Width);
        _dense = new Linear(text.Width, text.Width);
        _norm = nn.LayerNorm(text.Width, text.NormEpsilon);
        _words = new Linear(text.Width, text.VocabularySize);
        RegisterComponents();
    }

    /// <summary>Which keys of a published file are which of the module.</summary>
    public static CheckpointMap Keys { get; } = new()
    {
        Root = "model",
        RemovedPrefixes = ["module."],
        Rename = key => key.Replace("text_decoder.bert.", "bert.", StringComparison.Ordinal)
            .Replace("text_decoder.cls.predictions.transform.", "", StringComparison.Ordinal)
            .Replace("text_decoder.cls.predictions.", "", StringComparison.Ordinal),
        Ignored = ["bias"], // the bias of the decoder once more
        Optional = ["bert.embeddings.position_ids"],
        Reshaped = ["visual_encoder.pos_embed"],
    };

    /// <summary>The size of the pictures.</summary>
    public ImageInput Input => _visual.Input;

    /// <summary>Describes a picture.</summary>
    /// <param name="pixels">[1, 3, S, S].</param>
    /// <param name="tokens">The vocabulary; the place of a token is its id.</param>
    /// <param name="prompt">The ids of [DEC] and of the prompt.</param>
    /// <param name="end">The id of [SEP].</param>
    public string Describe(Tensor pixels, IReadOnlyList<string> tokens, IReadOnlyList<int> prompt, int end)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var ids = _text.Generate(_visual.Encode(pixels), prompt, Score, end);
        return string.Concat(ids.Select(id => tokens[id]).Select(token => token.StartsWith(Continuation, StringComparison.Ordinal) ? token[Continuation.Length..] : " " + token)).Trim();
    }

    /// <summary>The ids that a caption begins with: [DEC], then the prompt.</summary>
    public static IReadOnlyList<int> PromptIds(ITextTokenizer tokenizer, int decoderToken)
    {
        const int Room = 16;
        var ids = tokenizer.Encode([Prompt], Room).Ids;
        return [decoderToken, .. ids[1..^1].Select(id => (int)id)];
    }

    private Tensor Score(Tensor hidden) => _words.call(_norm.call(nn.functional.gelu(_dense.call(hidden))));
}
