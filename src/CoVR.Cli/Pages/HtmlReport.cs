using System.Globalization;
using System.Text;
using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Cli.Pages;

/// <summary>Writes HTML pages that need no other file: styles and pictures are inside.</summary>
/// <remarks>Every text of the data is encoded. A picture that cannot be read is replaced by its name.</remarks>
/// <param name="frames">Reads the pictures and videos that a page shows, by <see cref="IFrameReader.AsSeen"/>.</param>
internal sealed class HtmlReport(IFrameReader frames)
{
    private const int SearchPictureSize = 320;
    private const int SearchClipFrames = 8;
    private const int SearchPictureBytes = 12 << 20;

    private readonly IFrameReader _frames = frames.AsSeen;

    /// <summary>
    /// Renders the page of an evaluation: leaks and deviations, figures of all results with their intervals, recall curves, queries that
    /// went well and badly with pictures, fingerprints and coverage.
    /// </summary>
    /// <param name="results">At least one result; several runs over one data set may be joined. Differences are measured from the first, whose queries are shown.</param>
    /// <param name="media">Locates the pictures and videos.</param>
    /// <param name="options">Title, numbers of queries and pictures.</param>
    /// <param name="cancellationToken">Cancels the reading of pictures.</param>
    /// <returns>HTML. Equal results give equal text.</returns>
    public async Task<string> RenderEvaluationAsync(
        IReadOnlyList<EvaluationResult> results, ITripletDatasetReader media, EvaluationPageOptions options, CancellationToken cancellationToken)
    {
        var pictures = new PagePictures(media.Locate, _frames, options.PictureSize, options.ClipFrames, options.PictureBytes);
        var sections = await new EvaluationQueries(pictures, results[0], options).SectionsAsync(cancellationToken);
        return PageTemplate.Render("evaluation.liquid", new EvaluationModel(results, options, sections, pictures.Style));
    }

    /// <summary>Renders the page of a search: the query and its hits with pictures.</summary>
    /// <param name="query">The query.</param>
    /// <param name="text">The text of a query of several parts; null for the query's modification.</param>
    /// <param name="items">The hits, best first.</param>
    /// <param name="note">A line about the gallery.</param>
    /// <param name="cancellationToken">Cancels the reading of pictures.</param>
    public async Task<string> RenderSearchAsync(ComposedQuery query, string? text, IReadOnlyList<SearchPageItem> items, string note, CancellationToken cancellationToken)
    {
        var sources = items.ToDictionary(item => item.Hit.Id, item => item.Source);
        var pictures = new PagePictures(id => sources.GetValueOrDefault(id, query.Reference!), _frames, SearchPictureSize, SearchClipFrames, SearchPictureBytes);
        var reference = query.Reference is { } media ? await pictures.OfAsync(new MediaId(media.DisplayName), cancellationToken) : null;
        List<SearchModel.Item> shown = [];
        foreach (var item in items)
        {
            var hit = item.Hit;
            var picture = await pictures.OfAsync(hit.Id, cancellationToken);
            shown.Add(new SearchModel.Item(picture, item.Link, hit.Rank, hit.Score.ToString("F3", CultureInfo.InvariantCulture), hit.Id.Value, item.Moment));
        }

        return PageTemplate.Render("search.liquid", new SearchModel(text ?? query.Modification, reference, note, shown, pictures.Style));
    }

    /// <summary>Writes a UTF-8 file, whole or not at all; its folder is made when missing.</summary>
    /// <returns>Its full path.</returns>
    public static string Write(string path, string text)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        AtomicFile.Write(full, file => file.Write(Encoding.UTF8.GetBytes(text)));
        return full;
    }
}

/// <summary>A hit on the page of a search.</summary>
/// <param name="Hit">The hit.</param>
/// <param name="Source">Its picture or video.</param>
/// <param name="Link">The target of a click, such as the file's path relative to the page; null for none.</param>
internal sealed record SearchPageItem(SearchHit Hit, MediaSource Source, string? Link = null)
{
    /// <summary>Where in a video the query is answered; null for none.</summary>
    public string? Moment { get; init; }
}

/// <summary>The variables of <c>search.liquid</c>.</summary>
internal sealed record SearchModel(string? Text, PagePicture? Reference, string? Note, IReadOnlyList<SearchModel.Item> Items, string Style)
{
    public string Title => Text ?? "Search";

    internal sealed record Item(PagePicture Picture, string? Link, int Rank, string Score, string Name, string? Moment);
}
