using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace CoVR.Extensions.AI.Chat;

/// <summary>Tools with which a chat agent searches a gallery, for <see cref="ChatOptions.Tools"/>.</summary>
/// <remarks>
/// <c>search_gallery</c> finds items by a text, by an item of the gallery, or by an item and what to change; <c>describe_item</c> tells what is known of one item. What an
/// agent can correct (an unknown item, a malformed date, a reference that cannot be read) is returned as <c>{"error": "…"}</c>; other faults are thrown.
/// Paths, hashes and locations of items are not disclosed.
/// </remarks>
public static class GalleryTools
{
    private static readonly JsonSerializerOptions Json = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Makes the tools of one gallery. They are safe for any number of threads.</summary>
    /// <param name="retriever">Searches the gallery.</param>
    /// <param name="gallery">The gallery; the caller keeps ownership.</param>
    /// <param name="scope">The items that the agent may see; it cannot widen this. Null: all items.</param>
    /// <returns><c>search_gallery</c> and <c>describe_item</c>.</returns>
    public static IReadOnlyList<AIFunction> Create(IComposedRetriever retriever, IGallery gallery, GalleryFilter? scope = null)
    {
        ArgumentNullException.ThrowIfNull(retriever);
        ArgumentNullException.ThrowIfNull(gallery);
        var tools = new AgentTools(retriever, gallery, scope ?? new GalleryFilter.All([]));
        return
        [
            new AgentFunction(AIFunctionFactory.Create(tools.SearchGalleryAsync, "search_gallery", serializerOptions: Json)),
            new AgentFunction(AIFunctionFactory.Create(tools.DescribeItemAsync, "describe_item", serializerOptions: Json)),
        ];
    }

    /// <summary>Returns errors that an agent can correct as data.</summary>
    private sealed class AgentFunction(AIFunction function) : DelegatingAIFunction(function)
    {
        protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
        {
            try
            {
                return await base.InvokeCoreAsync(arguments, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is AgentException or JsonException or NotSupportedException or ArgumentException { ParamName: nameof(arguments) })
            {
                return JsonSerializer.SerializeToElement(new { error = error.Message }, Json);
            }
        }
    }
}
