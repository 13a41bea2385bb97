using System.ComponentModel.DataAnnotations;
using CoVR.Modeling.Layers;

namespace CoVR.Modeling.Families;

/// <summary>The sizes common to all model families; each family adds its own.</summary>
public abstract record ComposedArchitecture
{
    /// <summary>Starts from the sizes of a family's main model.</summary>
    /// <param name="image">The pictures.</param>
    /// <param name="vision">The visual encoder.</param>
    /// <param name="text">The text encoder.</param>
    protected ComposedArchitecture(ImageInput image, VisionTransformerOptions vision, BertOptions text) =>
        (Image, Vision, Text) = (image, vision, text);

    /// <summary>The pictures.</summary>
    public ImageInput Image { get; init; }

    /// <summary>The visual encoder.</summary>
    public VisionTransformerOptions Vision { get; init; }

    /// <summary>The text encoder.</summary>
    public BertOptions Text { get; init; }

    /// <summary>D, the dimensions of an embedding.</summary>
    /// <value>256.</value>
    [Range(1, 65536)]
    public int Dimensions { get; init; } = 256;

    /// <summary>How a picture and a text become one query.</summary>
    /// <value>
    /// <see cref="QueryFusion.CrossAttention"/>. <see cref="QueryFusion.Late"/> adds the weights <c>fusion.*</c>: with t and p the
    /// embeddings of text and picture, s in (0, 1) a small network of both, the query is s t + (1 - s) p + two layers of [t, p], of
    /// unit length. Files of models without that head load too; the head is fresh then.
    /// </value>
    public QueryFusion Fusion { get; init; } = QueryFusion.CrossAttention;

    /// <summary>Finds inconsistent sizes.</summary>
    /// <returns>One sentence per fault; empty if there is none.</returns>
    internal IEnumerable<string> FindFaults()
    {
        if (!Enum.IsDefined(Fusion))
        {
            yield return $"Architecture: the fusion '{Fusion}' is not one of {string.Join(", ", Enum.GetNames<QueryFusion>())}.";
        }

        if (Vision.PatchSize > 0 && (Image.Size < Vision.PatchSize || Image.Size % Vision.PatchSize != 0))
        {
            yield return $"Architecture: the image size ({Image.Size}) is not a multiple of the patch size ({Vision.PatchSize}).";
        }

        if (Vision.Heads > 0 && Vision.Width % Vision.Heads != 0)
        {
            yield return $"Architecture: the vision width ({Vision.Width}) is not a multiple of its heads ({Vision.Heads}).";
        }

        if (Text.Heads > 0 && Text.Width % Text.Heads != 0)
        {
            yield return $"Architecture: the text width ({Text.Width}) is not a multiple of its heads ({Text.Heads}).";
        }

        if (Vision.ConvolutionalStem && !int.IsPow2(Vision.PatchSize))
        {
            yield return $"Architecture: the patch size ({Vision.PatchSize}) of a convolutional stem must be a power of 2.";
        }
    }
}

/// <summary>How a model family fuses a picture and a text into a query.</summary>
public enum QueryFusion
{
    /// <summary>The method of the papers: the text attends to the picture's tokens (BLIP), or learnt queries attend to both (BLIP-2).</summary>
    CrossAttention,

    /// <summary>
    /// Half the embedding of the picture as a target plus half that of the text as a caption, of unit length; nothing is added to the
    /// model (<c>TestWebVidCoVRAvg</c> of <c>src/test/blip2/webvid_covr_exp.py</c>). One vector a query.
    /// </summary>
    Average,

    /// <summary>
    /// A small trained head over the same two embeddings, <c>fusion.*</c>: see <see cref="ComposedArchitecture.Fusion"/>. One vector a query.
    /// </summary>
    Late,
}
