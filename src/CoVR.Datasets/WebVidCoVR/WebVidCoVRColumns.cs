using CoVR.Data;
using CoVR.Datasets.Annotations;
using CsvHelper;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>The indexes of a file's columns; -1 for absent ones.</summary>
internal sealed record WebVidCoVRColumns(int Reference, int Target, int ReferenceCaption, int TargetCaption, int Edit, int Scores, int TextSimilarity, int VisualSimilarity)
{
    /// <summary>Reads the header.</summary>
    /// <param name="csv">A reader at the beginning of the file.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="byRule">Whether edits are made from captions, so that <c>txt1</c> and <c>txt2</c> are needed instead of <c>edit</c>.</param>
    public static WebVidCoVRColumns Read(CsvReader csv, string file, bool byRule)
    {
        csv.ReadHeader();
        CsvTable.RequireHeader(csv, file);
        var header = csv.Headers;
        Dictionary<string, int> columns = new(StringComparer.Ordinal);
        for (var i = 0; i < header.Count; i++)
        {
            if (!columns.TryAdd(header[i].Trim(), i))
            {
                throw new DatasetFormatException(file, 1, header[i], "the column appears twice.");
            }
        }

        string[] required = byRule ? ["pth1", "pth2", "txt1", "txt2"] : ["pth1", "pth2", "edit"];
        string[] missing = [.. required.Where(name => !columns.ContainsKey(name))];
        if (missing.Length > 0)
        {
            throw new DatasetFormatException(file, 1, missing[0], $"column(s) missing: {string.Join(", ", missing)}; the header has: {string.Join(", ", header)}.");
        }

        return new WebVidCoVRColumns(
            columns["pth1"],
            columns["pth2"],
            byRule ? columns["txt1"] : -1,
            columns.GetValueOrDefault("txt2", -1),
            byRule ? -1 : columns["edit"],
            columns.GetValueOrDefault("scores", -1),
            columns.GetValueOrDefault("sim_txt", -1),
            columns.GetValueOrDefault("sim_vid", -1));
    }
}
