using System.Text.Json;
using System.Text.Json.Serialization;
using CoVR.AspNetCore.Api;
using CoVR.AspNetCore.Safety;
using CoVR.AspNetCore.Search;
using ModelContextProtocol.Protocol;

namespace CoVR.AspNetCore.Mcp;

/// <summary>Answers of tools: the same data as text and structured, followed by pictures.</summary>
internal static class ToolAnswers
{
    private static readonly JsonSerializerOptions Json = new(ApiEndpoints.Json)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static CallToolResult Of<T>(T data, byte[]? picture = null)
    {
        var json = JsonSerializer.SerializeToElement(data, Json);
        return new CallToolResult { StructuredContent = json, Content = [Text(json.GetRawText()), .. Pictures(picture)] };
    }

    /// <summary>A fault; its text says how to go on.</summary>
    public static CallToolResult Of(ApiException problem) => new() { IsError = true, Content = [Text($"{problem.Message} ({problem.Code})")] };

    /// <summary>Hits, each picture after the id of its item.</summary>
    public static async Task<CallToolResult> OfAsync(SearchAnswer answer, Func<HitView, Task<byte[]?>>? picture)
    {
        var result = Of(new SearchMediaAnswer([.. answer.Hits.Select(hit => new MediaHit(hit))], answer.Candidates, answer.Cutoff, answer.More));
        foreach (var hit in picture is null ? [] : answer.Hits)
        {
            if (await picture!(hit).ConfigureAwait(false) is { } jpeg)
            {
                result.Content.Add(Text($"{hit.Rank}. {hit.Id}"));
                result.Content.Add(ImageContentBlock.FromBytes(jpeg, "image/jpeg"));
            }
        }

        return result;
    }

    private static TextContentBlock Text(string text) => new() { Text = text };

    private static IEnumerable<ContentBlock> Pictures(byte[]? jpeg) => jpeg is null ? [] : [ImageContentBlock.FromBytes(jpeg, "image/jpeg")];
}

/// <summary>The hits of a search.</summary>
/// <param name="Hits">Best first.</param>
/// <param name="Candidates">How many items were considered.</param>
/// <param name="Cutoff">The score that random items hardly reach; null where the gallery is too small to tell.</param>
/// <param name="More">Whether further hits follow.</param>
internal sealed record SearchMediaAnswer(IReadOnlyList<MediaHit> Hits, long Candidates, float? Cutoff, bool More);

internal sealed record MediaHit(string Id, int Rank, float Score, string? Kind, double? MomentSeconds, DateTimeOffset? Taken, IReadOnlyList<string> Tags)
{
    public MediaHit(HitView hit)
        : this(hit.Id, hit.Rank, hit.Score, hit.Kind, hit.Moment?.At, hit.Taken, hit.Tags)
    {
    }
}

internal sealed record MediaAnswer(string Id, string? Kind, DateTimeOffset? Taken, DateTimeOffset? Modified, long? Bytes, string? Camera, IReadOnlyList<string> Tags, IReadOnlyList<double> FrameSeconds)
{
    public MediaAnswer(GalleryEntry entry)
        : this(
            entry.Id.Value,
            ItemView.NameOf(entry.Properties.Kind),
            entry.Properties.Taken,
            entry.Properties.Modified,
            entry.Properties.Size,
            entry.Properties.Camera,
            entry.Properties.Tags,
            [.. entry.FrameTimes.Select(time => Math.Round(time.TotalSeconds, 2))])
    {
    }
}
