using System.Globalization;
using CoVR.Data;
using CoVR.Evaluation;

namespace CoVR.Pages;

/// <summary>Writes HTML pages that need no other file: styles and pictures are inside.</summary>
/// <remarks>
/// Every text of the data is encoded. A picture that cannot be read is named instead of shown. Pages are rendered from embedded Liquid
/// templates; other packages render their own with <see cref="RenderAsync"/>. Safe for use from several threads where the frame reader is.
/// </remarks>
public sealed class HtmlReport
{
    private const int SearchPictureSize = 320;
    private const int SearchClipFrames = 8;
    private const int SearchPictureBytes = 12 << 20;

    private readonly IFrameReader _frames;

    /// <summary>Creates a writer of pages.</summary>
    /// <param name="frames">Reads the pictures and videos that a page shows, by <see cref="IFrameReader.AsSeen"/>.</param>
    public HtmlReport(IFrameReader frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        _frames = frames.AsSeen;
    }

    /// <summary>
    /// Renders the page of an evaluation: leaks and deviations, figures of all results with their intervals, recall curves, queries that
    /// went well and badly with pictures, fingerprints and coverage.
    /// </summary>
    /// <param name="results">At least one result; several runs over one data set may be joined. Differences are measured from the first, whose queries are shown.</param>
    /// <param name="media">Locates the pictures and videos.</param>
    /// <param name="options">Title, numbers of queries and pictures; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the reading of pictures.</param>
    /// <returns>HTML. Equal results give equal text.</returns>
    /// <exception cref="ArgumentException">There is no result.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; it lists all of them.</exception>
    public async Task<string> RenderEvaluationAsync(
        IReadOnlyList<EvaluationResult> results, ITripletDatasetReader media, EvaluationPageOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(media);
        ArgumentOutOfRangeException.ThrowIfZero(results.Count, nameof(results));
        options ??= new EvaluationPageOptions();
        OptionsFaults.ThrowIfAny(options);
        var pictures = new PagePictures(media.Locate, _frames, options.PictureSize, options.ClipFrames, options.PictureBytes);
        var sections = await new EvaluationQueries(pictures, results[0], options).SectionsAsync(cancellationToken).ConfigureAwait(false);
        return await PageTemplate.RenderAsync("evaluation.liquid", new EvaluationModel(results, options, sections, pictures.Style)).ConfigureAwait(false);
    }

    /// <summary>Writes the page of an evaluation, whole or not at all; see <see cref="RenderEvaluationAsync"/>.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder is created when missing.</param>
    /// <param name="results">At least one result.</param>
    /// <param name="media">Locates the pictures and videos.</param>
    /// <param name="options">Title, numbers of queries and pictures; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the work before anything is replaced.</param>
    /// <returns>A task that completes when the file is written.</returns>
    /// <exception cref="ArgumentException">There is no result.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; it lists all of them.</exception>
    public async Task WriteEvaluationAsync(
        string path, IReadOnlyList<EvaluationResult> results, ITripletDatasetReader media, EvaluationPageOptions? options = null, CancellationToken cancellationToken = default) =>
        await SaveAsync(path, await RenderEvaluationAsync(results, media, options, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Writes the page of a search, whole or not at all: the query and its hits with pictures.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder is created when missing.</param>
    /// <param name="query">The query.</param>
    /// <param name="items">The hits, best first.</param>
    /// <param name="note">A line about the gallery; null for none.</param>
    /// <param name="cancellationToken">Cancels the work before anything is replaced.</param>
    /// <returns>A task that completes when the file is written.</returns>
    public async Task WriteSearchAsync(string path, ComposedQuery query, IReadOnlyList<SearchPageItem> items, string? note = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(items);
        var sources = items.ToDictionary(item => item.Hit.Id, item => item.Source);
        var pictures = new PagePictures(id => sources.GetValueOrDefault(id, query.Reference!), _frames, SearchPictureSize, SearchClipFrames, SearchPictureBytes);
        var reference = query.Reference is { } media ? await pictures.OfAsync(new MediaId(media.DisplayName), cancellationToken).ConfigureAwait(false) : null;
        List<SearchModel.Item> shown = [];
        foreach (var (hit, _, link) in items)
        {
            var picture = await pictures.OfAsync(hit.Id, cancellationToken).ConfigureAwait(false);
            shown.Add(new SearchModel.Item(picture, link, hit.Rank, hit.Score.ToString("F3", CultureInfo.InvariantCulture), hit.Id.Value));
        }

        var html = await PageTemplate.RenderAsync("search.liquid", new SearchModel(query.Modification, reference, note, shown, pictures.Style)).ConfigureAwait(false);
        await SaveAsync(path, html, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Renders a Liquid template over a model.</summary>
    /// <param name="template">
    /// The template, read to its end and not disposed. Values are HTML-encoded unless filtered by <c>raw</c>; white space around tags is removed.
    /// <c>{% include 'head' %}</c> writes everything up to <c>&lt;main&gt;</c>, with the title <c>Title</c>, the common style sheet, and the
    /// model's <c>Style</c> after it.
    /// </param>
    /// <param name="model">Its public properties, and those of the objects in them, are the variables.</param>
    /// <returns>HTML.</returns>
    /// <exception cref="ArgumentException">The template is not valid.</exception>
    public static Task<string> RenderAsync(Stream template, object model)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(model);
        return PageTemplate.RenderAsync(template, model);
    }

    /// <summary>Renders a Liquid template over a model into a file, whole or not at all; see <see cref="RenderAsync"/>.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder is created when missing.</param>
    /// <param name="template">The template, read to its end and not disposed.</param>
    /// <param name="model">Its public properties are the variables.</param>
    /// <param name="cancellationToken">Cancels the work before anything is replaced.</param>
    /// <returns>A task that completes when the file is written.</returns>
    /// <exception cref="ArgumentException">The template is not valid.</exception>
    public static async Task WriteAsync(string path, Stream template, object model, CancellationToken cancellationToken = default) =>
        await SaveAsync(path, await RenderAsync(template, model).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private static Task SaveAsync(string path, string html, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.GetFullPath(path);
        return TextFile.WriteAsync(full, html, cancellationToken);
    }
}

/// <summary>A hit on the page of a search.</summary>
/// <param name="Hit">The hit.</param>
/// <param name="Source">Its picture or video.</param>
/// <param name="Link">The target of a click, such as the file's path relative to the page; null for none.</param>
public sealed record SearchPageItem(SearchHit Hit, MediaSource Source, string? Link = null);

/// <summary>The variables of <c>search.liquid</c>.</summary>
internal sealed record SearchModel(string? Text, PagePicture? Reference, string? Note, IReadOnlyList<SearchModel.Item> Items, string Style)
{
    public string Title => Text ?? "Search";

    internal sealed record Item(PagePicture Picture, string? Link, int Rank, string Score, string Name);
}
