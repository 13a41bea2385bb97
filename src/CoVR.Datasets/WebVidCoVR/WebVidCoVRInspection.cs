using CoVR.Data;
using CoVR.Datasets.Doctor;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Reads every row that can be read, and says what is wrong with the others.</summary>
internal sealed class WebVidCoVRInspection(WebVidCoVROptions options, DatasetSplit split, string file)
{
    private readonly List<DoctorFinding> _findings = [];

    /// <summary>Reads the rows.</summary>
    public WebVidCoVRTriplets Read(CancellationToken cancellationToken)
    {
        var byRule = options.Edits is not null;
        var rows = ReadRows(new WebVidCoVRCsv(file, byRule), cancellationToken);
        var triplets = new WebVidCoVRTriplets(rows, options);
        if (rows.Count == 0)
        {
            _findings.Add(DoctorFinding.Of(DoctorKinds.AnnotationMalformed, new DatasetFormatException(file, 1, null, "there is a header but no row that can be read."), options.Name));
        }
        else if (triplets.Count < rows.Count)
        {
            _findings.Add(new DoctorFinding(DoctorSeverity.Note, DoctorKinds.AnnotationMalformed, $"{rows.Count - triplets.Count} of {rows.Count} rows have captions that do not differ in a word; no edit can be made of them by rule.") { Dataset = options.Name, File = file });
        }

        if (split == DatasetSplit.Test)
        {
            FindRepeatedItems(rows);
        }

        return triplets;
    }

    /// <summary>Reads the list of the gallery, where there is one.</summary>
    public async Task<IReadOnlyList<MediaId>> ReadGalleryAsync(WebVidCoVRTriplets triplets, CancellationToken cancellationToken)
    {
        if (options.Galleries.TryGetValue(split, out var list))
        {
            if (File.Exists(list))
            {
                var lines = await File.ReadAllLinesAsync(list, cancellationToken).ConfigureAwait(false);
                return [.. lines.Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => new MediaId(line.Trim())).Distinct()];
            }

            _findings.Add(DoctorFinding.Of(DoctorKinds.AnnotationMalformed, new DatasetFormatException(list, null, null, "the gallery file does not exist."), options.Name));
        }

        return [.. triplets.Rows.Targets().Select(id => new MediaId(id))];
    }

    /// <summary>The inspection of the split.</summary>
    public AnnotationInspection Of(WebVidCoVRTriplets triplets, IReadOnlyList<MediaId> gallery) =>
        new(new TripletDataset(options.Name, split, triplets, gallery) { Source = file }, _findings) { LineOf = i => triplets.Rows[i].Line };

    private WebVidCoVRRows ReadRows(WebVidCoVRCsv csv, CancellationToken cancellationToken)
    {
        try
        {
            return csv.Read(cancellationToken);
        }
        catch (DatasetFormatException fault) when (fault.Line > 1)
        {
            return csv.ReadTolerantly(each => _findings.Add(DoctorFinding.Of(DoctorKinds.AnnotationMalformed, each, options.Name)), cancellationToken);
        }
    }

    private void FindRepeatedItems(WebVidCoVRRows rows)
    {
        foreach (var item in WebVidCoVRTable.Build(rows, options.Iterate).Items.Where(item => item.Rows.Count > 1))
        {
            foreach (var row in item.Rows.Skip(1))
            {
                _findings.Add(new DoctorFinding(DoctorSeverity.Fault, DoctorKinds.AnnotationDuplicate, $"the test split has '{item.Key}' twice, first on line {item.Rows[0].Line}.")
                {
                    Dataset = options.Name,
                    Id = item.Key,
                    File = file,
                    Line = row.Line,
                    Field = options.Iterate == WebVidCoVRIteration.TargetCaption ? "txt2" : "pth2",
                    Fix = "Remove the row, or iterate by triplets to score every row.",
                });
            }
        }
    }
}
