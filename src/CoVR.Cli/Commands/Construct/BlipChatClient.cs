using System.Text.Json;
using CoVR.Media;
using Microsoft.Extensions.AI;

namespace CoVR.Cli.Commands.Construct;

/// <summary>BLIP's captioning model as a chat client: it answers a picture with the JSON that captions are asked for.</summary>
/// <param name="describe">Describes a picture.</param>
internal sealed class BlipChatClient(Func<RgbFrame, string> describe) : IChatClient
{
    private readonly IImageDecoder _decoder = MediaFrameReader.CreateImageDecoder();

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var picture = messages.SelectMany(message => message.Contents).OfType<DataContent>().Last();
        var caption = describe(_decoder.Decode(picture.Data.Span, "picture"));
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, JsonSerializer.Serialize(new { caption }))));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("Captions come whole.");

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
