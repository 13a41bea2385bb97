using System.ComponentModel;
using System.Globalization;

namespace CoVR.Extensions.AI.Chat;

/// <summary>What the tools of <see cref="GalleryTools"/> do; names, descriptions and types of the parameters are the schema that an agent sees.</summary>
internal sealed class AgentTools(IComposedRetriever retriever, IGallery gallery, GalleryFilter scope)
{
    private const int MostHits = 50;

    [Description("Searches a gallery of pictures and videos. Give a text, an item that the results shall resemble, or both: then the text says what to change about the item. Returns the best items first, or an error to correct.")]
    public async Task<SearchAnswer> SearchGalleryAsync(
        [Description("What to find, or with like_item what to change about that item, in plain words.")] string? text = null,
        [Description("The id of an item of the gallery to start from.")] string? like_item = null,
        [Description("How many items to return, 1 to 50.")] int top = 10,
        [Description("Only pictures, or only videos.")] MediaKind? kind = null,
        [Description("Only items in this folder, such as 2024/summer.")] string? folder = null,
        [Description("Only items with this tag.")] string? tag = null,
        [Description("Only items taken at or after this date (ISO 8601).")] string? taken_from = null,
        [Description("Only items taken before this date (ISO 8601).")] string? taken_to = null,
        CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(text) && string.IsNullOrWhiteSpace(like_item))
        {
            throw new AgentException("Give text, like_item, or both.");
        }

        var reference = string.IsNullOrWhiteSpace(like_item) ? null : await FindAsync(like_item, cancellationToken).ConfigureAwait(false);
        var options = new SearchOptions
        {
            Top = top is >= 1 and <= MostHits ? top : throw new AgentException($"top is {top}; it must be 1 to {MostHits}."),
            Filter = Narrow(kind, folder, tag, new GalleryFilter.Taken(Date(taken_from, nameof(taken_from)), Date(taken_to, nameof(taken_to)))),
            Exclude = reference is null ? SearchOptions.Default.Exclude : new HashSet<MediaId> { reference.Id },
        };
        var query = new ComposedQuery(reference is null ? null : SourceOf(reference), text);
        var result = await SearchAsync(query, options, cancellationToken).ConfigureAwait(false);
        var entries = await gallery.GetAsync([.. result.Hits.Select(hit => hit.Id)], cancellationToken).ConfigureAwait(false);
        var known = entries.Where(IsVisible).ToDictionary(entry => entry.Id, entry => entry.Properties); // an item may have changed since the search
        return new SearchAnswer([.. result.Hits.Where(hit => known.ContainsKey(hit.Id)).Select(hit => Describe(hit, known[hit.Id]))], result.Candidates);
    }

    [Description("Describes one item of the gallery: kind, when it was taken, camera, tags, and the times of the frames that are searched. Returns an error if there is no such item.")]
    public async Task<Item> DescribeItemAsync([Description("The id of the item, as search_gallery returns it.")] string id, CancellationToken cancellationToken = default)
    {
        var entry = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        return new Item(entry.Id.Value, Describe(entry.Properties), entry.Embedding.Frames, [.. entry.FrameTimes.Select(time => time.TotalSeconds)]);
    }

    private async Task<SearchResult> SearchAsync(ComposedQuery query, SearchOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await retriever.SearchAsync(query, options, cancellationToken).ConfigureAwait(false);
        }
        catch (MediaReadException error)
        {
            throw new AgentException($"The file of like_item cannot be read: {error.Reason}");
        }
    }

    // An item outside of the scope is as unknown as one that does not exist.
    private async Task<GalleryEntry> FindAsync(string id, CancellationToken cancellationToken)
    {
        var entries = string.IsNullOrWhiteSpace(id) ? [] : await gallery.GetAsync([new MediaId(id)], cancellationToken).ConfigureAwait(false);
        return entries is [var entry] && IsVisible(entry)
            ? entry
            : throw new AgentException($"There is no item '{id}'. Use an id that search_gallery returned.");
    }

    private bool IsVisible(GalleryEntry entry) => scope.Matches(new GalleryItem(entry.Id, entry.Properties));

    private GalleryFilter.All Narrow(MediaKind? kind, string? folder, string? tag, GalleryFilter.Taken taken) => new(
    [
        scope,
        .. kind is { } wanted ? [new GalleryFilter.OfKind(wanted)] : Array.Empty<GalleryFilter>(),
        .. string.IsNullOrWhiteSpace(folder) ? Array.Empty<GalleryFilter>() : [new GalleryFilter.InFolder(folder)],
        .. string.IsNullOrWhiteSpace(tag) ? Array.Empty<GalleryFilter>() : [new GalleryFilter.HasTag(tag)],
        .. taken is { From: null, To: null } ? Array.Empty<GalleryFilter>() : [taken],
    ]);

    private static MediaSource SourceOf(GalleryEntry entry) => entry.Properties.Source is { } path && File.Exists(path)
        ? MediaSource.FromFile(path)
        : throw new AgentException($"The file of '{entry.Id}' is not available, so it cannot be a reference. Search by text.");

    private static DateTimeOffset? Date(string? text, string name) => string.IsNullOrWhiteSpace(text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date
        : throw new AgentException($"{name} is '{text}'; write a date such as 2024-07-31.");

    private static Hit Describe(SearchHit hit, GalleryProperties properties) => new(hit.Id.Value, hit.Score, hit.Rank, hit.Moment?.Best.TotalSeconds, hit.Moment?.Start.TotalSeconds, hit.Moment?.End.TotalSeconds, Describe(properties));

    private static Details Describe(GalleryProperties of) => new(of.Kind, of.Taken, of.Modified, of.Size, of.Camera, of.Owner, of.Tags);

    internal sealed record SearchAnswer(IReadOnlyList<Hit> Hits, long Candidates);

    internal sealed record Hit(string Id, float Score, int Rank, double? MomentSeconds, double? MomentStartSeconds, double? MomentEndSeconds, Details Properties);

    internal sealed record Item(string Id, Details Properties, int Frames, IReadOnlyList<double> FrameSeconds);

    internal sealed record Details(MediaKind? Kind, DateTimeOffset? Taken, DateTimeOffset? Modified, long? Bytes, string? Camera, string? Owner, IReadOnlyList<string> Tags);
}

/// <summary>A fault that an agent can correct; the message tells it how.</summary>
internal sealed class AgentException(string message) : Exception(message);
