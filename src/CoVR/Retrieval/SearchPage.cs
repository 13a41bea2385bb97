using System.ComponentModel.DataAnnotations;
using System.Globalization;
using CoVR.Evaluation;

namespace CoVR;

/// <summary>What a page of answers shows.</summary>
public sealed class SearchPageOptions
{
    /// <summary>The longer side of a picture, in pixels; smaller pictures keep their size.</summary>
    /// <value>320 by default (shown at half, for dense screens); 16 to 1024.</value>
    [Range(16, 1024)]
    public int PictureSize { get; set; } = 320;

    /// <summary>How many frames of a video are played; 1 for a still.</summary>
    /// <value>8 by default; 1 to 30.</value>
    [Range(1, 30)]
    public int ClipFrames { get; set; } = 8;

    /// <summary>The most bytes of all pictures together; beyond it names stand for pictures.</summary>
    /// <value>12 MiB by default.</value>
    [Range(0, 1 << 30)]
    public int PictureBytes { get; set; } = 12 << 20;
}

/// <summary>An answer on a page.</summary>
/// <param name="Hit">The answer.</param>
/// <param name="Source">Its picture or video.</param>
/// <param name="Link">Where a click leads, such as the file's path relative to the page; null for nowhere.</param>
public sealed record SearchPageItem(SearchHit Hit, MediaSource Source, string? Link = null);

/// <summary>One page that shows a query and its answers with pictures, and needs nothing beside itself.</summary>
/// <remarks>Every text is encoded. A picture that cannot be read is named. Not safe for use from several threads.</remarks>
public sealed class SearchPage
{
    private const string Css = """
        .query.one { grid-template-columns: 1fr; justify-items: start; }
        .query.one + p { margin-top: 16px; }
        .query.one .ask .pic { width: 160px; }
        .query.one .ask q { font-size: 22px; }
        .found { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 22px 16px; margin: 26px 0 0; padding: 0; list-style: none; }
        .found .pic { width: 160px; max-width: 100%; }
        .found small { display: block; color: var(--soft); font-size: 12.5px; margin-top: 5px; }
        .found b { color: var(--ink); }
        .found a { color: inherit; text-decoration: none; }
        """;

    private readonly IFrameReader _frames;
    private readonly SearchPageOptions _options;

    /// <summary>Takes what reads pictures.</summary>
    /// <param name="frames">Reads pictures and videos.</param>
    /// <param name="options">Sizes; null for the defaults.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; it lists all of them.</exception>
    public SearchPage(IFrameReader frames, SearchPageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(frames);
        (_frames, _options) = (frames, options ?? new SearchPageOptions());
        OptionsFaults.ThrowIfAny(_options);
    }

    /// <summary>Makes the page.</summary>
    /// <param name="query">What was asked.</param>
    /// <param name="items">The answers, best first.</param>
    /// <param name="note">A line about the gallery; null for none.</param>
    /// <param name="cancellationToken">Ends the reading of pictures.</param>
    /// <returns>HTML.</returns>
    public async Task<string> ToHtmlAsync(ComposedQuery query, IReadOnlyList<SearchPageItem> items, string? note = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(items);
        var sources = items.ToDictionary(item => item.Hit.Id, item => item.Source);
        var pictures = new Thumbnails(id => sources.GetValueOrDefault(id, query.Reference!), _frames, new EvaluationPageOptions
        {
            PictureSize = _options.PictureSize,
            ClipFrames = _options.ClipFrames,
            PictureBytes = _options.PictureBytes,
        });
        var body = new Html();
        await AddQueryAsync(body, pictures, query, cancellationToken).ConfigureAwait(false);
        body.Add($"<p>{note}</p><ol class=\"found\">");
        foreach (var (hit, _, link) in items)
        {
            var picture = await pictures.OfAsync(hit.Id, cancellationToken).ConfigureAwait(false);
            var (open, close) = link is null ? ("", "") : ($"<a href=\"{Html.Encode(link)}\">", "</a>");
            body.Add($"<li>{new Html.Raw(open)}{new Html.Raw(picture)}<small><b>{hit.Rank}</b> · {hit.Score.ToString("F3", CultureInfo.InvariantCulture)}<br>{hit.Id.Value}</small>{new Html.Raw(close)}</li>");
        }

        var page = new Html();
        page.Add($"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{query.Modification ?? "Search"}</title><style>{new Html.Raw(PageStyle.Css)}
            {new Html.Raw(Css)}
            {new Html.Raw(pictures.Style)}</style></head><body><main>
            {new Html.Raw(body.ToString())}</ol>
            <footer>Written by CoVR for .NET. The pictures are inside this file; links lead to the originals.</footer></main></body></html>

            """);
        return page.ToString();
    }

    /// <summary>Writes the page, whole or not at all.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder is made when missing.</param>
    /// <param name="query">What was asked.</param>
    /// <param name="items">The answers, best first.</param>
    /// <param name="note">A line about the gallery; null for none.</param>
    /// <param name="cancellationToken">Ends the work before anything is replaced.</param>
    /// <returns>A task that ends when the page is there.</returns>
    public async Task WriteAsync(string path, ComposedQuery query, IReadOnlyList<SearchPageItem> items, string? note = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var html = await ToHtmlAsync(query, items, note, cancellationToken).ConfigureAwait(false);
        var full = Path.GetFullPath(path);
        await ResultFileSet.SaveAsync([new Data.ResultFile(Path.GetFileName(full), html)], Path.GetDirectoryName(full)!, cancellationToken).ConfigureAwait(false);
    }

    private static async Task AddQueryAsync(Html body, Thumbnails pictures, ComposedQuery query, CancellationToken cancellationToken)
    {
        body.Add($"<section class=\"query one\"><div class=\"ask\">");
        if (query.Reference is { } reference)
        {
            var picture = await pictures.OfAsync(new MediaId(reference.DisplayName), cancellationToken).ConfigureAwait(false);
            body.Add($"{new Html.Raw(picture)}");
        }

        body.Add($"<div>{(query.Modification is { } text ? new Html.Raw($"<q>{Html.Encode(text)}</q>") : new Html.Raw("<small>What is like this?</small>"))}</div></div></section>");
    }
}
