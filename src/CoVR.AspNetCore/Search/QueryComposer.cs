using System.Security.Claims;
using System.Text.Json;
using CoVR.AspNetCore.Files;
using CoVR.AspNetCore.Safety;
using CoVR.Retrieval;

namespace CoVR.AspNetCore.Search;

/// <summary>A query that is ready to embed.</summary>
/// <param name="Query">Its parts.</param>
/// <param name="Key">Names its embedding: the same key is the same query.</param>
/// <param name="Parts">The parts as a next turn sends them: uploads by their tokens.</param>
/// <param name="Items">The items that it names.</param>
internal sealed record PreparedQuery(ComposedQuery Query, string Key, IReadOnlyList<SearchPart> Parts, IReadOnlyList<MediaId> Items);

/// <summary>Makes a query of what a request names; items must exist for the caller, uploads must be the caller's.</summary>
internal sealed class QueryComposer(WebPipeline web, RetrievalPipeline pipeline, ClaimsPrincipal user)
{
    public async Task<PreparedQuery> ComposeAsync(IReadOnlyList<SearchPart> parts, IReadOnlyDictionary<string, byte[]> files, CancellationToken cancellationToken)
    {
        SearchPart[] kept = [.. parts.Select(part => Keep(part, files))];
        var (made, items, versions) = (new List<QueryPart>(), new List<MediaId>(), new List<string?>());
        foreach (var part in kept)
        {
            var (query, version) = await MakeAsync(part, cancellationToken).ConfigureAwait(false);
            made.Add(query with { Role = part.Role, Weight = part.Weight });
            versions.Add(version);
            items.AddRange(query.Item is { } item ? [item] : Array.Empty<MediaId>());
        }

        return new PreparedQuery(Combine(made), JsonSerializer.Serialize(new { kept, versions }), kept, items);
    }

    private static ComposedQuery Combine(List<QueryPart> parts)
    {
        try
        {
            return new ComposedQuery(parts);
        }
        catch (QueryException fault)
        {
            throw ApiException.Invalid("query.invalid", fault.Reason);
        }
    }

    private SearchPart Keep(SearchPart part, IReadOnlyDictionary<string, byte[]> files) => part.File is not { } name ? part
        : files.TryGetValue(name, out var bytes)
            ? part with { File = null, Upload = web.Uploads.Add(SessionTokens.NameOf(user), bytes).Token }
            : throw ApiException.Invalid("upload.missing", "The query names a file that the request does not hold.");

    private async Task<(QueryPart Part, string? Version)> MakeAsync(SearchPart part, CancellationToken cancellationToken)
    {
        if (part.Text is { } text)
        {
            return (QueryPart.OfText(text), null);
        }

        if (part.Item is { } id)
        {
            var entry = await web.FindAsync(user, id, cancellationToken).ConfigureAwait(false);
            var version = $"{entry.Properties.ContentHash} {entry.Properties.Modified:O}";
            return part.From is not null && entry.Properties.Source is { } path && File.Exists(path)
                ? (QueryPart.OfMedia(SpanOf(MediaSource.FromFile(path), part)), version)
                : (QueryPart.OfItem(entry.Id), version);
        }

        var upload = web.Uploads.Find(SessionTokens.NameOf(user), part.Upload!);
        var source = SpanOf(MediaSource.FromStream("upload", _ => new ValueTask<Stream>(new MemoryStream(upload.Bytes, writable: false))), part);
        using var place = await web.Limits.DecodeAsync(cancellationToken).ConfigureAwait(false);
        return (QueryPart.OfMedia(MediaSource.FromFrames(await web.Decoder.DecodeAsync(source, pipeline.QuerySampler, cancellationToken).ConfigureAwait(false))), null);
    }

    private static MediaSource SpanOf(MediaSource source, SearchPart part) =>
        part is { From: { } from, To: { } to } ? source.Between(TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to)) : source;
}
