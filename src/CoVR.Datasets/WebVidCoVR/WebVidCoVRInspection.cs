using CoVR.Data;
using CoVR.Datasets.Annotations;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Reads every readable row, and reports the issues of the others.</summary>
internal sealed class WebVidCoVRInspection(WebVidCoVROptions options, DatasetSplit split, string file)
{
    private readonly List<AnnotationInspection.Issue> _issues = [];

    /// <summary>Reads the rows.</summary>
    public WebVidCoVRTriplets Read(CancellationToken cancellationToken)
    {
        var byRule = options.Edits is not null;
        var rows = ReadRows(new WebVidCoVRCsv(file, byRule), cancellationToken);
        var triplets = new WebVidCoVRTriplets(rows, options);
        if (rows.Count == 0)
        {
            _issues.Add(AnnotationInspection.Issue.Of(new DatasetFormatException(file, 1, null, "there is a header but no row that can be read.")));
        }
        else if (triplets.Count < rows.Count)
        {
            _issues.Add(new AnnotationInspection.Issue(LogLevel.Information, file, $"{rows.Count - triplets.Count} of {rows.Count} rows have captions that do not differ in any word; the rules cannot make an edit from them."));
        }

        if (split == DatasetSplit.Test)
        {
            FindRepeatedItems(rows);
        }

        return triplets;
    }

    /// <summary>Reads the list of the gallery, where there is one.</summary>
    public IReadOnlyList<MediaId> ReadGallery(WebVidCoVRTriplets triplets)
    {
        if (options.Galleries.TryGetValue(split, out var list))
        {
            try
            {
                return WebVidCoVRReader.ReadGallery(list, fault => _issues.Add(AnnotationInspection.Issue.Of(fault)));
            }
            catch (DatasetFormatException fault)
            {
                _issues.Add(AnnotationInspection.Issue.Of(fault));
            }
        }

        return [.. triplets.Rows.Targets().Select(id => new MediaId(id))];
    }

    /// <summary>The inspection of the split.</summary>
    public AnnotationInspection Of(WebVidCoVRTriplets triplets, IReadOnlyList<MediaId> gallery) =>
        new(new TripletDataset(options.Name, split, triplets, gallery) { Source = file }, _issues) { LineOf = i => triplets.Rows[i].Line };

    private WebVidCoVRRows ReadRows(WebVidCoVRCsv csv, CancellationToken cancellationToken)
    {
        try
        {
            return csv.Read(cancellationToken);
        }
        catch (DatasetFormatException fault) when (fault.Line > 1)
        {
            return csv.ReadTolerantly(each => _issues.Add(AnnotationInspection.Issue.Of(each)), cancellationToken);
        }
    }

    private void FindRepeatedItems(WebVidCoVRRows rows)
    {
        foreach (var item in WebVidCoVRTable.Build(rows, options.Iterate).Items.Where(item => item.Rows.Count > 1))
        {
            foreach (var row in item.Rows.Skip(1))
            {
                _issues.Add(new AnnotationInspection.Issue(LogLevel.Error, file, $"the test split has '{item.Key}' twice, first on line {item.Rows[0].Line}.")
                {
                    Id = item.Key,
                    Line = row.Line,
                    Field = options.Iterate == WebVidCoVROptions.Iteration.TargetCaption ? "txt2" : "pth2",
                });
            }
        }
    }
}
