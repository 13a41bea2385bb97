using System.ClientModel;
using System.ClientModel.Primitives;
using CoVR.Cli.Hosting;
using CoVR.Construction;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;

namespace CoVR.Cli.Commands.Construct;

/// <summary>A chat model that was named on the command line.</summary>
/// <param name="Protocol">What its service speaks, one of <see cref="Protocols"/>.</param>
/// <param name="Model">Its name.</param>
/// <param name="Endpoint">The address; null for the protocol's usual one.</param>
/// <param name="KeyVariable">The environment variable with the key; null for the usual one.</param>
internal sealed record ChatModel(string Protocol, string Model, Uri? Endpoint, string? KeyVariable)
{
    private const string OpenAI = "openai";
    private const string UsualKey = "OPENAI_API_KEY";

    /// <summary>What is spoken.</summary>
    public static string[] Protocols { get; } = [OpenAI, "ollama"];

    /// <summary>Creates the published client. Waits, repetitions and time limits are left to who calls.</summary>
    /// <exception cref="CommandException">There is no key.</exception>
    public IChatClient CreateClient(TimeProvider time)
    {
        var http = new HttpClient(new RetryAfterHandler(time) { InnerHandler = new SocketsHttpHandler() }) { Timeout = Timeout.InfiniteTimeSpan };
        if (Protocol != OpenAI)
        {
            http.BaseAddress = Endpoint ?? new Uri("http://localhost:11434");
            return new OllamaApiClient(http, Model);
        }

        var options = new OpenAIClientOptions { Endpoint = Endpoint, RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = TimeSpan.FromDays(1), Transport = new HttpClientPipelineTransport(http) };
        return new OpenAIClient(new ApiKeyCredential(ReadKey()), options).GetChatClient(Model).AsIChatClient();
    }

    // Another service gets a key only if its variable is named; local servers need none.
    private string ReadKey()
    {
        var variable = KeyVariable ?? (Endpoint is null ? UsualKey : null);
        return variable is null ? "none"
            : Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key ? key
            : throw new CommandException($"The environment variable {variable} is not set. Put the key of the service there, or name another variable with --api-key-env.", ExitCodes.Usage);
    }
}
