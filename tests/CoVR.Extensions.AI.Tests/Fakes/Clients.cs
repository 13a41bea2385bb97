using System.ClientModel;
using System.ClientModel.Primitives;
using CoVR.TestSupport.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OllamaSharp;
using OpenAI;

namespace CoVR.Extensions.AI.Tests.Fakes;

/// <summary>The published clients of a <see cref="ModelServer"/>; that of OpenAI repeats nothing by itself.</summary>
internal static class Clients
{
    public const string Model = "colours";

    public static IEmbeddingGenerator<string, Embedding<float>> Embeddings(this ModelServer server, string protocol) =>
        protocol == "openai" ? server.OpenAIClient().GetEmbeddingClient(Model).AsIEmbeddingGenerator() : new OllamaApiClient(server.Ollama, Model);

    public static IChatClient Chats(this ModelServer server, string protocol) =>
        protocol == "openai" ? server.OpenAIClient().GetChatClient(Model).AsIChatClient() : new OllamaApiClient(server.Ollama, Model);

    /// <summary>Embeds a pipeline's pictures and texts by the server.</summary>
    public static ICoVRBuilder UseServer(this ICoVRBuilder builder, ModelServer server, Action<CoVR.Extensions.AI.Embeddings.EmbeddingGeneratorsOptions>? configure = null, string protocol = "openai")
    {
        var generator = server.Embeddings(protocol);
        return builder.UseEmbeddingGenerators(_ => new PicturesAsTexts(generator), _ => generator, configure);
    }

    private static OpenAIClient OpenAIClient(this ModelServer server) => new(
        new ApiKeyCredential("secret"), new OpenAIClientOptions { Endpoint = server.OpenAI, RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = TimeSpan.FromSeconds(30) });
}
