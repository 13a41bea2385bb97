using CoVR.Cli.Pages;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>The items that need repair: pictures and videos to download, embeddings to compute.</summary>
/// <remarks>
/// Its lists of identities, one per line, are what <c>covr download videos --todo-ids</c> and <c>covr embed … --todo_ids</c> take. An item whose
/// picture is broken and which has no embedding is on both.
/// </remarks>
internal sealed class RepairList(IEnumerable<Finding> findings)
{
    public const string FileName = "repair.json";

    private static readonly (Remedy Remedy, string Name)[] Lists = [(Remedy.Download, "download_ids.txt"), (Remedy.Embed, "embed_ids.txt")];

    /// <summary>What to do, each item with its reason.</summary>
    public IReadOnlyList<RepairItem> Items { get; } =
        [.. findings.Where(finding => finding is { Remedy: not Remedy.None, Id: not null }).Select(finding => new RepairItem(finding.Remedy, finding.Dataset ?? "", finding.Id!, finding.Kind, finding.File, finding.Reason))];

    /// <summary>The identities of one list, each once, in ordinal order.</summary>
    public IReadOnlyList<string> Ids(string dataset, Remedy remedy) =>
        [.. Items.Where(item => item.Remedy == remedy && item.Dataset == dataset).Select(item => item.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Writes <c>repair.json</c> and a list of identities for each data set and remedy, and removes lists of an earlier report that are done.</summary>
    /// <returns>The paths that were written.</returns>
    public IReadOnlyList<string> Save(string folder)
    {
        List<string> written = [HtmlReport.Write(Path.Combine(folder, FileName), DoctorReport.Serialize(Items))];
        foreach (var dataset in Items.Select(item => item.Dataset).Distinct(StringComparer.Ordinal))
        {
            foreach (var (remedy, _) in Lists)
            {
                if (Ids(dataset, remedy) is { Count: > 0 } ids)
                {
                    written.Add(HtmlReport.Write(Path.Combine(folder, NameOf(dataset, remedy)), string.Join('\n', ids) + "\n"));
                }
            }
        }

        foreach (var done in Lists.SelectMany(list => Directory.EnumerateFiles(folder, "*_" + list.Name)).Select(Path.GetFullPath).Except(written).ToList())
        {
            File.Delete(done);
        }

        return written;
    }

    /// <summary>The name of a list's file, for example <c>webvid-covr_embed_ids.txt</c>.</summary>
    public static string NameOf(string dataset, Remedy remedy)
    {
        var name = Lists.First(list => list.Remedy == remedy).Name;
        return $"{string.Concat(dataset.Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' or '+' ? letter : '_'))}_{name}";
    }
}

/// <summary>One item of a <see cref="RepairList"/>.</summary>
internal sealed record RepairItem(Remedy Remedy, string Dataset, string Id, string Kind, string? File, string Reason);
