using System.Security.Cryptography;
using System.Text;
using CoVR.Modeling;
using CoVR.Modeling.Native;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace CoVR.Extensions.AI.Embeddings;

/// <summary>Makes a model of two embedding generators.</summary>
internal static class GeneratorModel
{
    public static async ValueTask<ComposedModel> LoadAsync(
        IEmbeddingGenerator<DataContent, Embedding<float>> pictures,
        IEmbeddingGenerator<string, Embedding<float>> texts,
        EmbeddingGeneratorsOptions options,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        NativeTorch.EnsureLoaded();
        var (ofPictures, ofTexts) = (new GeneratorCalls<DataContent>(pictures, options, time), new GeneratorCalls<string>(texts, options, time));
        var name = NameOf(options, ofPictures.Model, ofTexts.Model);
        var dimensions = ofTexts.Dimensions ?? ofPictures.Dimensions ?? (await ofTexts.EmbedAsync(["picture"], null, cancellationToken).ConfigureAwait(false))[0].Length;
        if ((ofPictures.Dimensions ?? dimensions) != dimensions)
        {
            throw new EmbeddingServiceException(name, $"pictures have {ofPictures.Dimensions} dimensions, texts {dimensions}. Take two generators of one space, or set Dimensions to what both can make.");
        }

        var fuse = options.FusionHead is { } head ? LinearFusion.Load(head, dimensions) : (reference, text) => LinearFusion.Weigh(reference, text, (float)options.ReferenceWeight);
        var encoder = new GeneratorEncoder(name, ofPictures, ofTexts, options.Instruction, dimensions, fuse);
        var identity = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', name, ofPictures.Model, ofTexts.Model, dimensions, options.Instruction)));
        var image = new ImageInput(options.PictureSize, [0, 0, 0], [1, 1, 1]);
        var description = new ModelDescription(
            options.Instruction.Length == 0 ? name : $"{name} with instruction '{options.Instruction}'", image, new TextInput(int.MaxValue, int.MaxValue, int.MaxValue), Convert.ToHexStringLower(identity));
        return new ComposedModel(encoder, encoder, text => text, description, torch.CPU);
    }

    private static string NameOf(EmbeddingGeneratorsOptions options, string? pictures, string? texts) => options.Model
        ?? (pictures is not null && texts is not null ? pictures == texts ? texts : $"{pictures} + {texts}"
        : throw new OptionsValidationException(
            Options.DefaultName, typeof(EmbeddingGeneratorsOptions), ["Model: a generator does not name its model in its metadata, and embeddings of different models must not mix; set Model."]));
}
