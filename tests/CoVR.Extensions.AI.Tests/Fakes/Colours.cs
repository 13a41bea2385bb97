using CoVR.Media;
using CoVR.TestSupport.AI;
using Microsoft.Extensions.AI;

namespace CoVR.Extensions.AI.Tests.Fakes;

/// <summary>A space of three dimensions that anyone can compute: a picture lies at its mean colour, a text at the colours it names.</summary>
public static class Colours
{
    private static readonly string[] Names = ["red", "green", "blue"];
    private static readonly IImageDecoder Decoder = MediaFrameReader.CreateImageDecoder();

    /// <summary>A server that embeds in this space.</summary>
    public static ModelServer Server() => new(Embed);

    /// <summary>The vector of a text, or of a picture as data URI.</summary>
    public static float[] Embed(string input)
    {
        const string picture = "data:image/png;base64,";
        if (!input.StartsWith(picture, StringComparison.Ordinal))
        {
            return [.. Names.Select(name => input.Contains(name, StringComparison.Ordinal) ? 1f : 0.01f)];
        }

        var pixels = Decoder.Decode(Convert.FromBase64String(input[picture.Length..]), "picture").Rgb.ToArray();
        return [.. Enumerable.Range(0, 3).Select(channel => 0.01f + (float)pixels.Where((_, i) => i % 3 == channel).Average(value => value / 255.0))];
    }

    /// <summary>A picture of one colour.</summary>
    public static RgbFrame Solid(byte red, byte green, byte blue, int width = 8, int height = 6)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < pixels.Length; i += 3)
        {
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (red, green, blue);
        }

        return new RgbFrame(width, height, pixels);
    }

    /// <summary>The pictures red, green and blue, and yellow.</summary>
    public static MediaItem[] Items { get; } =
    [
        Item("red", 255, 0, 0), Item("green", 0, 255, 0), Item("blue", 0, 0, 255), Item("yellow", 255, 255, 0),
    ];

    /// <summary>A picture of one colour as an item.</summary>
    public static MediaItem Item(string id, byte red, byte green, byte blue) => new(new MediaId(id), MediaSource.FromFrames([Solid(red, green, blue)]));
}

/// <summary>Sends pictures as data URIs to a service that takes them as texts.</summary>
public sealed class PicturesAsTexts(IEmbeddingGenerator<string, Embedding<float>> inner) : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        inner.GenerateAsync(values.Select(picture => picture.Uri), options, cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);

    public void Dispose() => inner.Dispose();
}
